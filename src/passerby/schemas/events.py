"""JSON of events, and of a message with its processing trail."""

from __future__ import annotations

from typing import Any

import msgspec

from passerby.clock import iso
from passerby.messages import Kind, Message, RejectionDetail, Semantic, StoredEvent
from passerby.positions import ShownPosition, to_json
from passerby.presenters.rejections import rejection_reason
from passerby.schemas.decisions import ExplainedDecision, HistoryIdentifier, explained_decision
from passerby.schemas.published import Json
from passerby.services.profiles import EventPage
from passerby.services.trail import MessageDetail, Outcome, Problem, StepName


class RejectedValue(msgspec.Struct, kw_only=True):
    """A value that a rule rejected, the rule, and the `reason` in words. Programs read `kind` and `detail`."""

    name: str
    value: Any
    kind: str
    detail: RejectionDetail
    reason: str


class Event(msgspec.Struct, kw_only=True):
    """An event as it was recorded. `profile_id` is the member that it was recorded under.

    `semantic` is what it means as a fact of a shop, in the same words for every dialect; null where it is none.
    """

    id: str
    name: str
    time: str
    received_at: str
    properties: dict[str, Any]
    rejected: list[RejectedValue]
    context: dict[str, Any]
    session_id: str
    dialect: str
    profile_id: str
    semantic: Semantic | None = None


class EventPageJson(Json, kw_only=True):
    """A part of a timeline, newest first."""

    events: list[Event]
    cursor: str | None


class TrailStepJson(Json, kw_only=True):
    """One step of the trail, with its outcome and a sentence.

    `waiting`: not yet. `problems`: it went on, with what `problems` of the message says. `dropped`: it ended here. `at`
    is null where the time is not kept. `decisions` are those that the message caused, in their order.
    """

    step: StepName
    at: str | None
    outcome: Outcome
    text: str
    decisions: list[ExplainedDecision]


class RawMessage(msgspec.Struct, kw_only=True):
    """A message as the log holds it: as its dialect understood it, before any rule was applied."""

    kind: Kind
    name: str
    identifiers: list[HistoryIdentifier]
    properties: dict[str, Any]
    traits: dict[str, Any]
    context: dict[str, Any]
    session_id: str
    deduplication_key: str


class MessageDetailJson(Json, kw_only=True):
    """A message, what was made of it, and how.

    `event` is the event that it stated, once that is stored. `raw` is null where the log does not hold the message any
    longer. `profile_id` is the profile under which it was recorded, of an `identify` the one that it leads to now.
    """

    id: str
    kind: Kind
    dialect: str
    name: str
    time: str
    received_at: str
    position: ShownPosition
    profile_id: str | None
    event: Event | None
    raw: RawMessage | None
    problems: list[Problem]
    trail: list[TrailStepJson]


def event(stored: StoredEvent) -> Event:
    """Return the JSON of an event."""
    return Event(
        id=stored.id,
        name=stored.name,
        time=iso(stored.time),
        received_at=iso(stored.received_at),
        properties=stored.properties,
        rejected=[
            RejectedValue(
                name=each.name,
                value=each.value,
                kind=each.kind,
                detail=each.detail,
                reason=rejection_reason(each.kind, each.detail),
            )
            for each in stored.rejected
        ],
        context=stored.context,
        session_id=stored.session_id,
        dialect=stored.dialect,
        profile_id=stored.profile_id,
        semantic=stored.semantic,
    )


def event_page_json(found: EventPage) -> EventPageJson:
    """Return the JSON of a part of a timeline."""
    return EventPageJson(events=list(map(event, found.events)), cursor=found.cursor)


def message_detail_json(found: MessageDetail) -> MessageDetailJson:
    """Return the JSON of a message with its trail."""
    return MessageDetailJson(
        id=found.id,
        kind=found.kind,
        dialect=found.dialect,
        name=found.name,
        time=iso(found.time),
        received_at=iso(found.received_at),
        position=to_json(found.position),
        profile_id=found.profile_id,
        event=None if found.event is None else event(found.event),
        raw=None if found.raw is None else raw_message(found.raw),
        problems=found.problems,
        trail=[
            TrailStepJson(
                step=each.step,
                at=None if each.at is None else iso(each.at),
                outcome=each.outcome,
                text=each.text,
                decisions=list(map(explained_decision, each.decisions)),
            )
            for each in found.trail
        ],
    )


def raw_message(message: Message) -> RawMessage:
    """Return the JSON of a message of the log."""
    return RawMessage(
        kind=message.kind,
        name=message.name,
        identifiers=[HistoryIdentifier(**each._asdict()) for each in message.identifiers],
        properties=message.properties,
        traits=message.traits,
        context=message.context,
        session_id=message.session_id,
        deduplication_key=message.deduplication_key,
    )
