"""The identity policy of a project: what it is, changing it, and who changed it."""

from __future__ import annotations

from litestar import get, put
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from passerby.api import examples
from passerby.api.access import access_at_once
from passerby.api.authorization import who_of
from passerby.api.describe import changing, reading
from passerby.projects.errors import BadPolicy
from passerby.projects.policy import IdentityPolicy
from passerby.services import cursors
from passerby.services.access import Access
from passerby.services.answers import PolicyHistory
from passerby.services.errors import ErrorCode, invalid
from passerby.web.parameters import Page, page

_TAGS = ["Identity"]
_AT_ONCE = {
    "access": Provide(access_at_once, sync_to_thread=False),
    "who": Provide(who_of, sync_to_thread=False),
}


@get(
    "/identity/policy",
    operation_id="getPolicy",
    summary="The identity policy",
    description="Values that name nobody, limits, the traits that are contacts, and additional namespaces.",
    tags=_TAGS,
    responses=reading(IdentityPolicy, examples.POLICY),
)
async def get_policy(access: NamedDependency[Access]) -> IdentityPolicy:
    return await access.run(policy_of, access)


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
async def set_policy(
    access: NamedDependency[Access], who: NamedDependency[str], data: JSONBody[IdentityPolicy]
) -> IdentityPolicy:
    return await access.run(change_policy, access, who, data)


@get(
    "/identity/policy/history",
    operation_id="listPolicyChanges",
    summary="Changes of the identity policy",
    description="Who changed the policy, from what and to what, the newest first.",
    tags=_TAGS,
    dependencies={"page": Provide(page, sync_to_thread=False)},
    responses=reading(PolicyHistory, examples.POLICY_HISTORY),
)
async def list_policy_changes(access: NamedDependency[Access], page: NamedDependency[Page]) -> PolicyHistory:
    return await access.run(changes_of, access, page)


def policy_of(access: Access) -> IdentityPolicy:
    """The identity policy of the project."""
    with access.desk.policies() as store:
        return store.project_numbered(access.project).settings.policy


def change_policy(access: Access, who: str, policy: IdentityPolicy) -> IdentityPolicy:
    """Give the project another policy; return it as it is then. Raises ApiError for one that cannot follow."""
    with access.desk.policies() as store:
        try:
            store.set_policy(access.project, policy, who, access.desk.now())
        except BadPolicy as fault:
            raise invalid("policy", str(fault)) from None
        return store.project_numbered(access.project).settings.policy


def changes_of(access: Access, page: Page) -> PolicyHistory:
    """Some changes of the policy, the newest first."""
    place = cursors.decode(page.cursor, cursors.AfterChange)
    with access.desk.policies() as store:
        before = place.number if place else None
        found = store.policy_changes(access.project, limit=page.limit + 1, before=before)
    shown, more = found[: page.limit], len(found) > page.limit
    return PolicyHistory(changes=shown, cursor=cursors.encode(cursors.AfterChange(shown[-1].id)) if more else None)
