"""The processing trail of a message, from receipt to storage of its event. Pure: made of what the stores returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from passerby.catalogue.rules import RESERVED_PREFIX, attribute_finding, name_finding, sample
from passerby.catalogue.types import DataType, data_type
from passerby.clock import iso
from passerby.dialects import registry
from passerby.log.protocol import Entry
from passerby.messages import Kind, Message, StoredEvent
from passerby.positions import Position, Positions, ShownPosition, to_json
from passerby.services.answers import Event, ExplainedDecision, event_of, explained_decision
from passerby.state.views import HistoryEntry, HistoryIdentifier

Outcome = Literal["done", "problems", "waiting", "dropped"]


class Problem(msgspec.Struct, kw_only=True):
    """A validation error of a message: rejected values are in the event's `rejected`, others were kept."""

    kind: str
    attribute: str
    sample: str


class TrailStep(msgspec.Struct, kw_only=True):
    """One step of the trail, with its outcome and a sentence.

    `waiting`: not yet. `problems`: it went on, with what `problems` of the message says. `dropped`: it ended here. `at`
    is null where the time is not kept. `decisions` are those that the message caused, in their order.
    """

    step: Literal["received", "validated", "identified", "stored"]
    at: str | None
    outcome: Outcome
    text: str
    decisions: list[ExplainedDecision]


class RawMessage(msgspec.Struct, kw_only=True):
    """A message as it is in the log: as its dialect read it, before validation."""

    kind: Kind
    name: str
    identifiers: list[HistoryIdentifier]
    properties: dict[str, Any]
    traits: dict[str, Any]
    context: dict[str, Any]
    session_id: str
    deduplication_key: str


class MessageDetail(msgspec.Struct, kw_only=True):
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
    trail: list[TrailStep]


class Found(NamedTuple):
    """All that was found of a message: in the log, in the event store, in the state.

    `applied` and `visible` are how far worker and relay have come, as log positions; `types` the catalogue's types of
    the event's attributes.
    """

    entry: Entry | None
    stored: StoredEvent | None
    profile: str | None
    decisions: Sequence[HistoryEntry]
    applied: Positions
    visible: Positions
    types: Mapping[str, DataType]

    @property
    def position(self) -> Position:
        """Position of the message in the log."""
        return self.stored.position if self.stored else self.entry.position if self.entry else Position(0)

    @property
    def is_applied(self) -> bool:
        """Whether the worker has reached it."""
        return self.stored is not None or self.applied.covers(self.position)


def detail(id_: str, found: Found) -> MessageDetail | None:
    """What is known of the message with this id; None where nothing is."""
    message, stored = found.entry.message if found.entry else None, found.stored
    known = message or stored
    if known is None:
        return None
    kind = message.kind if message else "track"
    return MessageDetail(
        id=id_,
        kind=kind,
        dialect=known.dialect,
        name=known.name,
        time=iso(stored.time if stored else known.time),
        received_at=iso(known.received_at),
        position=to_json(found.position),
        profile_id=found.profile,
        event=event_of(stored) if stored else None,
        raw=_raw(message) if message else None,
        problems=_problems(found),
        trail=_trail(kind, known, found),
    )


def _raw(message: Message) -> RawMessage:
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


def _problems(found: Found) -> list[Problem]:
    """Return what the dialect reported, what was rejected, and what was kept despite a validation error."""
    noticed = found.entry.message.violations if found.entry else ()
    refused = found.stored.rejected if found.stored else ()
    return [
        *(Problem(kind=each.kind, attribute=each.attribute, sample=each.sample) for each in noticed),
        *(Problem(kind=each.kind, attribute=each.name, sample=_sample(each.value)) for each in refused),
        *_flagged(found.stored, found.types),
    ]


def _flagged(stored: StoredEvent | None, types: Mapping[str, DataType]) -> Iterator[Problem]:
    """Yield the validation errors of a kept event, by the current types of the data catalog."""
    if stored is None or stored.dialect in registry.ENFORCING_CATALOGUE_RULES:
        return
    if (finding := name_finding(stored.name)) is not None:
        yield Problem(kind=finding.kind, attribute="", sample=stored.name)
    for name, value in stored.properties.items():
        finding = attribute_finding(name, value)
        kind = finding.kind if finding else ""
        if not kind and name in types and data_type(value) not in {None, types[name]}:
            kind = "type_mismatch"
        if kind:
            yield Problem(kind=kind, attribute=name, sample=sample(value))


def _sample(value: Any) -> str:
    return value if type(value) is str else msgspec.json.encode(value).decode()


def _trail(kind: Kind, known: Message | StoredEvent, found: Found) -> list[TrailStep]:
    at = iso(known.received_at)
    text = f"Received by the {known.dialect} API and written to the log at position {to_json(found.position)}."
    received = _step("received", at, "done", text)
    if not found.is_applied:
        return [
            received,
            *(_step(step, None, "waiting", "The worker has not reached this message yet.") for step in _LATER),
        ]
    validated = _validated(kind, known, found)
    if validated.outcome == "dropped":
        return [received, validated]
    return [received, validated, _identified(at, found), _stored(kind, found)]


_LATER: tuple[Literal["validated", "identified", "stored"], ...] = ("validated", "identified", "stored")


def _step(
    step: Literal["received", "validated", "identified", "stored"],
    at: str | None,
    outcome: Outcome,
    text: str,
    decisions: Sequence[HistoryEntry] = (),
) -> TrailStep:
    return TrailStep(step=step, at=at, outcome=outcome, text=text, decisions=list(map(explained_decision, decisions)))


def _validated(kind: Kind, known: Message | StoredEvent, found: Found) -> TrailStep:
    if kind == "invalid":
        return _step("validated", None, "dropped", "Invalid event: kept for inspection.")
    if (
        kind == "track"
        and known.dialect in registry.ENFORCING_CATALOGUE_RULES
        and known.name.startswith(RESERVED_PREFIX)
    ):
        return _step("validated", None, "dropped", f"Names that begin with {RESERVED_PREFIX} are reserved.")
    if found.entry and found.stored is None and _ended(kind, found) and found.entry.message.deduplication_key:
        return _step(
            "validated", None, "dropped", "Duplicate: a message with the same deduplication key was applied before."
        )
    problems = len(_problems(found))
    if problems:
        return _step("validated", None, "problems", _counted(problems, "validation error"))
    return _step("validated", None, "done", "No validation errors.")


def _ended(kind: Kind, found: Found) -> bool:
    """Whether an event that was applied should already be in the event store."""
    return kind == "track" and found.visible.covers(found.position)


def _identified(at: str, found: Found) -> TrailStep:
    if found.decisions:
        return _step("identified", at, "done", _counted(len(found.decisions), "decision"), found.decisions)
    if found.profile is None:
        return _step("identified", at, "problems", "No usable identifier.")
    return _step("identified", at, "done", "All identifiers already belonged to this profile.")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}."


def _stored(kind: Kind, found: Found) -> TrailStep:
    if kind == "identify":
        return _step("stored", None, "done", "The traits are stored with the profile.")
    if found.stored:
        return _step("stored", None, "done", f"Stored in the event store under profile {found.stored.profile_id}.")
    if not _ended(kind, found):
        return _step("stored", None, "waiting", "Waiting to be written to the event store.")
    return _step("stored", None, "dropped", "Not applied because of an internal error: moved to the dead letters.")
