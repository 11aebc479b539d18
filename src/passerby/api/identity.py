"""Why things are as they are, and what would happen if: identity explained, without changing anything."""

from __future__ import annotations

import uuid_utils
from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from passerby.api import examples
from passerby.api.access import access_at_once
from passerby.api.describe import changing, reading
from passerby.identity.cleaning import clean_identifier, gather
from passerby.identity.decisions import Decision, DecisionKind
from passerby.identity.preview import preview
from passerby.messages import Identifier
from passerby.presenters.decisions import facts_of, reason
from passerby.services.access import Access
from passerby.services.answers import PreviewAnswer, Step, Why, explained_decision
from passerby.services.bodies import PreviewRequest
from passerby.services.errors import ErrorCode, not_found
from passerby.state.views import HistoryIdentifier
from passerby.web.parameters import NameNamespace, NameValue, ProfileId, Scope, uuid_of

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
    access: NamedDependency[Access],
    profile_id: ProfileId,
    namespace: NameNamespace,
    value: NameValue,
    within: Scope = "",
) -> Why:
    return await access.run(_why, access, uuid_of(profile_id, "profile"), Identifier(namespace, value, within))


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
async def preview_identity(access: NamedDependency[Access], data: JSONBody[PreviewRequest]) -> PreviewAnswer:
    return await access.run(_preview, access, data)


def cleaned(access: Access, identifier: Identifier) -> Identifier | None:
    """An identifier as the project's messages have it; None for one that names nobody."""
    return clean_identifier(identifier, access.desk.policy_of(access.project))


def _why(access: Access, profile: str, given: Identifier) -> Why:
    identifier = cleaned(access, given)
    chain = None if identifier is None else access.desk.state.why(access.project, profile, identifier)
    if chain is None:
        raise not_found("identifier of this profile")
    return Why(chain=list(map(explained_decision, chain)))


def _preview(access: Access, request: PreviewRequest) -> PreviewAnswer:
    desk, project = access
    policy = desk.policy_of(project)
    evidence = gather([each.identifier() for each in request.identifiers], policy)
    known = desk.state.known(project, evidence.mentioned, evidence.hints)
    found = preview(known, evidence, is_event=request.is_event, policy=policy, new_id=lambda: str(uuid_utils.uuid7()))
    return PreviewAnswer(
        target=found.target,
        created=found.created,
        absorbed=_steps(found.decisions, "merged"),
        moved=_steps(found.decisions, "reassigned"),
        conflicts=_steps(found.decisions, "conflict"),
        limits=_steps(found.decisions, "limited"),
        attached=_steps(found.decisions, "attached"),
        blocked=_steps(found.decisions, "blocked"),
    )


def _steps(decisions: list[Decision], kind: DecisionKind) -> list[Step]:
    return [_step(decision) for decision in decisions if decision.kind == kind]


def _step(decision: Decision) -> Step:
    identifier, by = _shown(decision.identifier), _shown(decision.by)
    return Step(
        identifier=identifier,
        from_=decision.from_,
        to=decision.to,
        rule=decision.rule,
        detail=decision.detail,
        by=by,
        reason=reason(facts_of(decision)),
    )


def _shown(identifier: Identifier | None) -> HistoryIdentifier | None:
    return None if identifier is None else HistoryIdentifier(**identifier._asdict())
