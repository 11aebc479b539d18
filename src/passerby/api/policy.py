"""The identity policy of a project: what it is, changing it, and who changed it."""

from __future__ import annotations

from litestar import get, put
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from passerby.accounts.policy import IdentityPolicy
from passerby.api import examples
from passerby.api.access import access_at_once
from passerby.api.describe import changing, reading
from passerby.services import policy
from passerby.services.access import ServerAccess
from passerby.services.answers import PolicyHistory
from passerby.services.cursors import Page
from passerby.services.errors import ErrorCode
from passerby.web.parameters import page

_TAGS = ["Identity"]
_AT_ONCE = {"access": Provide(access_at_once, sync_to_thread=False)}


@get(
    "/identity/policy",
    operation_id="getPolicy",
    summary="The identity policy",
    description="Values that name nobody, limits, the traits that are contacts, and additional namespaces.",
    tags=_TAGS,
    responses=reading(IdentityPolicy, examples.POLICY),
)
async def get_policy(access: NamedDependency[ServerAccess]) -> IdentityPolicy:
    return await access.run(policy.get_policy, access)


@put(
    "/identity/policy",
    operation_id="setPolicy",
    summary="Change the identity policy",
    description="Replaces the whole policy; a part that is not given gets its default. It holds for messages that are "
    "applied from about a second later on, and changes nothing about what was decided before. Additional namespaces "
    "can be added but not taken away.",
    tags=_TAGS,
    dependencies=_AT_ONCE,
    responses=changing(IdentityPolicy, examples.POLICY, ErrorCode.INVALID_PARAMETER),
)
async def set_policy(access: NamedDependency[ServerAccess], data: JSONBody[IdentityPolicy]) -> IdentityPolicy:
    return await access.run(policy.change_policy, access, data)


@get(
    "/identity/policy/history",
    operation_id="listPolicyChanges",
    summary="Changes of the identity policy",
    description="Who changed the policy, from what and to what, the newest first.",
    tags=_TAGS,
    dependencies={"page": Provide(page, sync_to_thread=False)},
    responses=reading(PolicyHistory, examples.POLICY_HISTORY),
)
async def list_policy_changes(access: NamedDependency[ServerAccess], page: NamedDependency[Page]) -> PolicyHistory:
    return await access.run(policy.list_policy_changes, access, page)
