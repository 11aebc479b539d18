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

_event: Final = msgspec.json.Decoder(StoredEvent).decode


class Item(NamedTuple):
    """An event or a change of a profile.

    `profile` is the profile that it was recorded under, which may have been merged into another one since. `at` is when
    its message was received, or the last message of its row for a change without one (ms).
    """

    number: int
    type: ItemType
    project: int
    profile: str
    position: Position
    at: int
    event: StoredEvent | None = None
    change: Change | None = None
    source: Source = "outbox"

    @property
    def subject(self) -> str:
        """The id of the event, or the profile of a change."""
        return self.profile if self.event is None else self.event.id


def items_of(batch: OutboxBatch) -> Iterator[Item]:
    """Yield the items of a row in their order. Raises msgspec.DecodeError for a damaged row."""
    events = [_event(line) for line in batch.body.splitlines()]
    changes = list(records.decoded(batch.changes))
    received = {event.position: event.received_at for event in events}
    last = max(received.values(), default=0)
    merged: list[tuple[Position, int, StoredEvent | Change]] = [
        *((change.position, 0, change) for change in changes),
        *((event.position, 1, event) for event in events),
    ]
    # Stable: changes of one message stay in the order in which they were made.
    merged.sort(key=lambda each: each[:2])
    for index, (position, _, fact) in enumerate(merged):
        number = number_of(batch.id, index)
        if isinstance(fact, StoredEvent):
            yield Item(number, "event", fact.project, fact.profile_id, position, fact.received_at, event=fact)
        else:
            at = received.get(position, last)
            yield Item(number, TYPES[type(fact)], fact.project, fact.profile, position, at, change=fact)
