"""The processing trail of a message, from receipt to storage of its event. Pure: made of what the stores returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from passerby.catalogue.rules import RESERVED_PREFIX, attribute_finding, name_finding, sample
from passerby.catalogue.types import DataType, data_type
from passerby.dialects import registry
from passerby.log.protocol import Entry
from passerby.messages import Kind, Message, StoredEvent
from passerby.positions import Position, Positions, to_json
from passerby.state.views import HistoryEntry

Outcome = Literal["done", "problems", "waiting", "dropped"]
StepName = Literal["received", "validated", "identified", "stored"]


class Problem(msgspec.Struct, kw_only=True, frozen=True):
    """A validation error of a message: rejected values are in the event's `rejected`, others were kept."""

    kind: str
    attribute: str
    sample: str


class TrailStep(msgspec.Struct, kw_only=True, frozen=True):
    """One step of the trail, with its outcome and a sentence. `at` (ms) is None where the time is not kept.

    `waiting`: not yet. `problems`: it went on, with what `problems` of the message says. `dropped`: it ended here.
    `decisions` are those that the message caused, in their order.
    """

    step: StepName
    at: int | None
    outcome: Outcome
    text: str
    decisions: Sequence[HistoryEntry] = ()


class MessageDetail(msgspec.Struct, kw_only=True, frozen=True):
    """A message, what was made of it, and how. Times in ms.

    `event` is the event that it stated, once that is stored. `raw` is None where the log does not hold the message any
    longer. `profile_id` is the profile under which it was recorded, of an `identify` the one that it leads to now.
    """

    id: str
    kind: Kind
    dialect: str
    name: str
    time: int
    received_at: int
    position: Position
    profile_id: str | None
    event: StoredEvent | None
    raw: Message | None
    problems: list[Problem]
    trail: list[TrailStep]


class Found(NamedTuple):
    """What the stores hold of a message: its entry in the log, its event, its profile and decisions.

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
        """Its position in the log."""
        return self.stored.position if self.stored else self.entry.position if self.entry else Position(0)

    @property
    def is_applied(self) -> bool:
        """Whether the worker has processed it."""
        return self.stored is not None or self.applied.covers(self.position)


def message_detail(id_: str, found: Found) -> MessageDetail | None:
    """Return a message with its trail; None where no store holds anything of this id."""
    message, stored = found.entry.message if found.entry else None, found.stored
    known = message or stored
    if known is None:
        return None
    # The log keeps messages for a limited time; what outlives it is an event, and only `track` makes those.
    kind = message.kind if message else "track"
    problems = list(_problems(found))
    return MessageDetail(
        id=id_,
        kind=kind,
        dialect=known.dialect,
        name=known.name,
        time=stored.time if stored else known.time,
        received_at=known.received_at,
        position=found.position,
        profile_id=found.profile,
        event=stored,
        raw=message,
        problems=problems,
        trail=_trail(kind, known, found, len(problems)),
    )


def _problems(found: Found) -> Iterator[Problem]:
    """Yield what the dialect noticed, what was rejected, and which rules of its vendor the kept event breaks."""
    for noticed in found.entry.message.violations if found.entry else ():
        yield Problem(kind=noticed.kind, attribute=noticed.attribute, sample=noticed.sample)
    stored = found.stored
    if stored is None:
        return
    for each in stored.rejected:
        value = each.value if type(each.value) is str else msgspec.json.encode(each.value).decode()
        yield Problem(kind=each.kind, attribute=each.name, sample=value)
    if stored.dialect in registry.ENFORCING_CATALOGUE_RULES:
        return
    # Other dialects keep such values. They are compared with the types of now: those of then are not recorded.
    if (finding := name_finding(stored.name)) is not None:
        yield Problem(kind=finding.kind, attribute="", sample=stored.name)
    for name, value in stored.properties.items():
        finding = attribute_finding(name, value)
        kind = finding.kind if finding else ""
        if not kind and name in found.types and data_type(value) not in {None, found.types[name]}:
            kind = "type_mismatch"
        if kind:
            yield Problem(kind=kind, attribute=name, sample=sample(value))


def _trail(kind: Kind, known: Message | StoredEvent, found: Found, problems: int) -> list[TrailStep]:
    at = known.received_at
    text = f"Received by the {known.dialect} API and written to the log at position {to_json(found.position)}."
    received = TrailStep(step="received", at=at, outcome="done", text=text)
    if not found.is_applied:
        later: tuple[StepName, ...] = ("validated", "identified", "stored")
        text = "The worker has not reached this message yet."
        return [received, *(TrailStep(step=step, at=None, outcome="waiting", text=text) for step in later)]
    validated = _validated(kind, known, found, problems)
    if validated.outcome == "dropped":
        return [received, validated]
    return [received, validated, _identified(at, found), _stored(kind, found)]


def _validated(kind: Kind, known: Message | StoredEvent, found: Found, problems: int) -> TrailStep:
    outcome: Outcome = "dropped"
    if kind == "invalid":
        text = "Invalid event: kept for inspection."
    elif (
        kind == "track"
        and known.dialect in registry.ENFORCING_CATALOGUE_RULES
        and known.name.startswith(RESERVED_PREFIX)
    ):
        text = f"Names that begin with {RESERVED_PREFIX} are reserved."
    elif found.entry and found.stored is None and _has_passed(kind, found) and found.entry.message.deduplication_key:
        text = "Duplicate: a message with the same deduplication key was applied before."
    elif problems:
        outcome = "problems"
        text = f"{problems} validation {'error' if problems == 1 else 'errors'}."
    else:
        outcome, text = "done", "No validation errors."
    return TrailStep(step="validated", at=None, outcome=outcome, text=text)


def _has_passed(kind: Kind, found: Found) -> bool:
    """Whether an event at this position would be in the event store if the message had made one."""
    return kind == "track" and found.visible.covers(found.position)


def _identified(at: int, found: Found) -> TrailStep:
    outcome: Outcome = "done"
    if found.decisions:
        count = len(found.decisions)
        text = f"{count} {'decision' if count == 1 else 'decisions'}."
    elif found.profile is None:
        outcome, text = "problems", "No usable identifier."
    else:
        text = "All identifiers already belonged to this profile."
    return TrailStep(step="identified", at=at, outcome=outcome, text=text, decisions=found.decisions)


def _stored(kind: Kind, found: Found) -> TrailStep:
    outcome: Outcome = "done"
    if kind == "identify":
        text = "The traits are stored with the profile."
    elif found.stored:
        text = f"Stored in the event store under profile {found.stored.profile_id}."
    elif not _has_passed(kind, found):
        outcome, text = "waiting", "Waiting to be written to the event store."
    else:
        outcome, text = "dropped", "Not applied because of an internal error: moved to the dead letters."
    return TrailStep(step="stored", at=None, outcome=outcome, text=text)
