"""Items that can be delivered, made of the rows of the outbox. Pure.

A row has events and changes of profiles. They are numbered together in the order of their log positions, changes before
the event of the same message, because an event belongs to what its message made of a profile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from passerby.deliveries.protocol import Source, number_of
from passerby.destinations.records import ItemType
from passerby.messages import StoredEvent
from passerby.outbox import records
from passerby.outbox.protocol import OutboxBatch
from passerby.outbox.records import Change
from passerby.positions import Position

TYPES: Final[Mapping[type[Change], ItemType]] = {
    records.Created: "profile.created",
    records.Attached: "profile.updated",
    records.Reassigned: "profile.updated",
    records.Detached: "profile.updated",
    records.TraitsChanged: "profile.updated",
    records.StageChanged: "profile.updated",
    records.ConsentChanged: "profile.updated",
    records.Merged: "profile.merged",
    records.Unmerged: "profile.unmerged",
    records.Erased: "profile.erased",
}

_COALESCED: Final = frozenset({"profile.created", "profile.updated"})

_event: Final = msgspec.json.Decoder(StoredEvent).decode


class Item(NamedTuple):
    """An event, or changes of a profile.

    `profile` is the profile that it was recorded under, which may have been merged into another one since. `at` is when
    its message was received, or the last message of its row for changes without one (ms).
    """

    number: int
    type: ItemType
    project: int
    profile: str
    position: Position
    at: int
    event: StoredEvent | None = None
    changes: tuple[Change, ...] = ()
    source: Source = "outbox"

    @property
    def subject(self) -> str:
        """The id of the event, or the profile of changes."""
        return self.profile if self.event is None else self.event.id


def items_of(batch: OutboxBatch) -> Iterator[Item]:
    """Yield the items of a row in their order. Raises msgspec.DecodeError for a damaged row.

    The changes of a profile in one row are one item, at the place of the first: `profile.created` if it was created.
    Merges, their undoing and erasures are items of their own.
    """
    events = [_event(line) for line in batch.body.splitlines()]
    received = {event.position: event.received_at for event in events}
    last = max(received.values(), default=0)
    groups: dict[tuple[str, object], list[Change]] = {}
    for number, change in enumerate(records.decoded(batch.changes)):
        type_ = TYPES[type(change)]
        # One message may merge a profile, and another one of the same row undo that.
        group = "update" if type_ in _COALESCED else number
        groups.setdefault((change.canonical or change.profile, group), []).append(change)
    merged: list[tuple[Position, int, StoredEvent | list[Change]]] = [
        *((changes[0].position, 0, changes) for changes in groups.values()),
        *((event.position, 1, event) for event in events),
    ]
    merged.sort(key=lambda each: each[:2])  # stable: changes of one message keep their order
    for index, (position, _, fact) in enumerate(merged):
        number = number_of(batch.id, index)
        if isinstance(fact, StoredEvent):
            yield Item(number, "event", fact.project, fact.profile_id, position, fact.received_at, event=fact)
            continue
        first = fact[0]
        types = {TYPES[type(change)] for change in fact}
        type_ = "profile.created" if "profile.created" in types else TYPES[type(first)]
        at = received.get(position, last)
        yield Item(number, type_, first.project, first.profile, position, at, changes=tuple(fact))
