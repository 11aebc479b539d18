"""Why things are as they are, and what would happen if: identity explained, without changing anything."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from passerby.api import examples
from passerby.api.access import access_at_once
from passerby.api.describe import changing, reading
from passerby.messages import Identifier
from passerby.services import identity
from passerby.services.access import ServerAccess
from passerby.services.answers import PreviewAnswer, Why
from passerby.services.bodies import PreviewRequest
from passerby.services.errors import ErrorCode
from passerby.web.parameters import NameNamespace, NameValue, ProfileId, Scope

_AT_ONCE = {"access": Provide(access_at_once, sync_to_thread=False)}


@get(
    "/profiles/{profile_id:str}/why",
    operation_id="explainIdentifier",
    summary="Why an identifier leads to a profile",
    description="The decisions that took an identifier to this profile, in their order: when it was attached, to whom "
    "it was reassigned, and the merges in between, each with its message and its rule. At most a thousand, the last "
    "ones: where they don't begin with `attached`, there were more. 404 where the profile does not hold the "
    "identifier.",
    tags=["Identity"],
    responses=reading(Why, examples.WHY, ErrorCode.NOT_FOUND),
)
async def explain_identifier(
    access: NamedDependency[ServerAccess],
    profile_id: ProfileId,
    namespace: NameNamespace,
    value: NameValue,
    within: Scope = "",
) -> Why:
    return await access.run(identity.explain_identifier, access, profile_id, Identifier(namespace, value, within))


@post(
    "/identity/preview",
    operation_id="previewIdentity",
    summary="What would happen",
    description="What a message with these identifiers would do if it were applied now, by the very rules that apply "
    "messages, and which rule is behind each step. Nothing is done, and nobody has to wait for it.",
    tags=["Identity"],
    status_code=200,
    dependencies=_AT_ONCE,
    responses=changing(PreviewAnswer, examples.PREVIEW, ErrorCode.INVALID_PARAMETER),
)
async def preview_identity(access: NamedDependency[ServerAccess], data: JSONBody[PreviewRequest]) -> PreviewAnswer:
    return await access.run(identity.preview_identity, access, data)
