"""Routes that explain identity decisions, and of the identity policy."""

from __future__ import annotations

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from passerby.accounts.policy import IdentityPolicy
from passerby.api.auth import AT_ONCE
from passerby.api.conversion import converting
from passerby.api.openapi.examples import profiles as examples
from passerby.api.openapi.responses import changing, reading
from passerby.messages import Identifier
from passerby.schemas.decisions import PreviewAnswer, Why, preview_answer, why
from passerby.schemas.identity import PreviewRequest
from passerby.schemas.policy import PolicyHistory, policy_history
from passerby.services import identity, policy
from passerby.services.access import ServerAccess
from passerby.services.cursors import Page
from passerby.services.errors import ErrorCode
from passerby.web.parameters import PAGED, NameNamespace, NameValue, ProfileId, Scope

_TAGS = ["Identity"]


@get(
    "/profiles/{profile_id:str}/identifiers/explain",
    operation_id="explainIdentifier",
    summary="Why an identifier leads to a profile",
    description="The decisions that took an identifier to this profile, in their order: when it was attached, to "
    "which profile it was reassigned, and the merges in between, each with its message and its rule. At most the last "
    "1,000: where they don't begin with `attached`, there were more. 404 where the profile does not hold the "
    "identifier.",
    tags=_TAGS,
    responses=reading(Why, examples.WHY, ErrorCode.NOT_FOUND),
)
async def explain_identifier(
    access: NamedDependency[ServerAccess],
    profile_id: ProfileId,
    namespace: NameNamespace,
    value: NameValue,
    within: Scope = "",
) -> Why:
    explain = converting(identity.explain_identifier, why)
    return await access.run(explain, access, profile_id, Identifier(namespace, value, within))


@post(
    "/identity/preview",
    operation_id="previewIdentity",
    summary="Test identity resolution",
    description="What a message with these identifiers would do if it were applied now, by the rules that apply "
    "messages, with the rule of each step. Changes nothing, and does not delay the processing of messages.",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(PreviewAnswer, examples.PREVIEW, ErrorCode.INVALID_PARAMETER),
)
async def preview_identity(access: NamedDependency[ServerAccess], data: JSONBody[PreviewRequest]) -> PreviewAnswer:
    given = [each.identifier() for each in data.identifiers]
    preview = converting(identity.preview_identity, preview_answer)
    return await access.run(preview, access, given, is_event=data.is_event)


@get(
    "/identity/policy",
    operation_id="getPolicy",
    summary="The identity policy",
    description="Blocked identifier values, identifier limits, the traits used as contacts, and additional namespaces.",
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
    dependencies=AT_ONCE,
    responses=changing(IdentityPolicy, examples.POLICY, ErrorCode.INVALID_PARAMETER),
)
async def set_policy(access: NamedDependency[ServerAccess], data: JSONBody[IdentityPolicy]) -> IdentityPolicy:
    return await access.run(policy.change_policy, access, data)


@get(
    "/identity/policy/history",
    operation_id="listPolicyChanges",
    summary="Changes of the identity policy",
    description="Changes of the policy, newest first, each with its author and both versions.",
    tags=_TAGS,
    dependencies=PAGED,
    responses=reading(PolicyHistory, examples.POLICY_HISTORY),
)
async def list_policy_changes(access: NamedDependency[ServerAccess], page: NamedDependency[Page]) -> PolicyHistory:
    return policy_history(await access.run(policy.list_policy_changes, access, page))
