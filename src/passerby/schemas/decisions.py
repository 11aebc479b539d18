"""JSON of identity decisions: histories, explanations and previews."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from passerby.clock import iso
from passerby.identity.decisions import Actor, DecisionDetail, DecisionKind, Rule
from passerby.identity.preview import Preview
from passerby.messages import Identifier
from passerby.presenters.decisions import facts_of, reason
from passerby.schemas.published import Json
from passerby.services.profiles import History
from passerby.state.views import HistoryEntry


class HistoryIdentifier(msgspec.Struct, kw_only=True):
    """The identifier of a decision."""

    namespace: str
    value: str
    scope: str


class ExplainedDecision(msgspec.Struct, kw_only=True, rename={"from_": "from"}):
    """An identity decision with its `reason` in words. Programs read `rule`, `actor` and `detail`, which are stable."""

    at: str
    kind: DecisionKind
    message_id: str
    identifier: HistoryIdentifier | None
    from_: str | None
    to: str | None
    merge_id: str | None
    rule: Rule
    actor: Actor
    detail: DecisionDetail
    by: HistoryIdentifier | None = None
    reason: str


class HistoryJson(Json, kw_only=True):
    """Decisions about identity, oldest first."""

    history: list[ExplainedDecision]
    cursor: str | None


class Why(msgspec.Struct, kw_only=True):
    """The decisions that led from an identifier to its profile, in their order."""

    chain: list[ExplainedDecision]


class Step(msgspec.Struct, kw_only=True, rename={"from_": "from"}):
    """One decision that would be made, with its rule. The id of a profile that would be created is null."""

    identifier: HistoryIdentifier | None
    from_: str | None
    to: str | None
    rule: Rule
    detail: DecisionDetail
    by: HistoryIdentifier | None
    reason: str


class PreviewAnswer(msgspec.Struct, kw_only=True):
    """What a message with these identifiers would do now.

    `target` is the profile that it would be recorded under, null where that would be created (`created`) or where
    the message has no identifier that counts. `from` of a step is the profile that would be absorbed, or that would
    lose or keep the identifier.
    """

    target: str | None
    created: bool
    absorbed: list[Step]
    moved: list[Step]
    conflicts: list[Step]
    limits: list[Step]
    attached: list[Step]
    blocked: list[Step]


def history_identifier(identifier: Identifier | None) -> HistoryIdentifier | None:
    """Return the JSON of an identifier; None for none."""
    return None if identifier is None else HistoryIdentifier(**identifier._asdict())


def explained_decision(entry: HistoryEntry) -> ExplainedDecision:
    """Return the JSON of a decision of the history."""
    return ExplainedDecision(
        at=iso(entry.at),
        kind=entry.kind,
        message_id=entry.message_id,
        identifier=history_identifier(entry.identifier),
        from_=entry.from_,
        to=entry.to,
        merge_id=entry.merge_id,
        rule=entry.rule,
        actor=entry.actor,
        detail=entry.detail,
        by=history_identifier(entry.by),
        reason=reason(facts_of(entry)),
    )


def history_json(found: History) -> HistoryJson:
    """Return the JSON of a page of decisions."""
    return HistoryJson(history=list(map(explained_decision, found.history)), cursor=found.cursor)


def why(chain: Iterable[HistoryEntry]) -> Why:
    """Return the JSON of the decisions that led from an identifier to its profile."""
    return Why(chain=list(map(explained_decision, chain)))


def preview_answer(found: Preview) -> PreviewAnswer:
    """Return the JSON of a preview: its decisions by what they would do."""

    def steps(kind: DecisionKind) -> list[Step]:
        return [
            Step(
                identifier=history_identifier(decision.identifier),
                from_=decision.from_,
                to=decision.to,
                rule=decision.rule,
                detail=decision.detail,
                by=history_identifier(decision.by),
                reason=reason(facts_of(decision)),
            )
            for decision in found.decisions
            if decision.kind == kind
        ]

    return PreviewAnswer(
        target=found.target,
        created=found.created,
        absorbed=steps("merged"),
        moved=steps("reassigned"),
        conflicts=steps("conflict"),
        limits=steps("limited"),
        attached=steps("attached"),
        blocked=steps("blocked"),
    )
