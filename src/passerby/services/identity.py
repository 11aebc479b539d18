"""Identity explained: why an identifier belongs to a profile, and what a message would do."""

from __future__ import annotations

from collections.abc import Sequence

from passerby.identity.cleaning import clean_identifier, collect_evidence
from passerby.identity.decisions import Decision, DecisionKind
from passerby.identity.preview import preview
from passerby.messages import Identifier
from passerby.presenters.decisions import facts_of, reason
from passerby.services.access import Access
from passerby.services.answers import PreviewAnswer, Step, Why, explained_decision
from passerby.services.errors import not_found
from passerby.services.ids import uuid_of
from passerby.services.use_cases import reading
from passerby.state.views import HistoryIdentifier


@reading()
def explain_identifier(access: Access, profile_id: str, given: Identifier) -> Why:
    """Return the decisions that led an identifier to this profile. Raises NotFound where it does not hold it."""
    profile_id = uuid_of(profile_id, "profile")
    identifier = clean_identifier(given, access.context.policy_of(access.project))
    chain = None if identifier is None else access.context.state.why(access.project, profile_id, identifier)
    if chain is None:
        raise not_found("identifier of this profile")
    return Why(chain=list(map(explained_decision, chain)))


@reading()
def preview_identity(access: Access, identifiers: Sequence[Identifier], *, is_event: bool = False) -> PreviewAnswer:
    """Return what a message with these identifiers would do now. Changes nothing."""
    policy = access.context.policy_of(access.project)
    evidence = collect_evidence(identifiers, policy)
    known = access.context.state.known(access.project, evidence.mentioned, evidence.hints)
    found = preview(known, evidence, is_event=is_event, policy=policy)
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
