"""How much came in a minute, of each dialect: what the charts of the console are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from passerby.log.protocol import Entry
from passerby.messages import Message
from passerby.state.protocol import SeriesRow

MINUTE_MS: Final = 60_000

SeriesKey = tuple[int, int, str]
"""Project, number of a minute since 1970, dialect."""


def series_key(message: Message) -> SeriesKey:
    """Where a message counts."""
    return message.project, message.received_at // MINUTE_MS, message.dialect


def tally(entries: Iterable[Entry]) -> Counter[SeriesKey]:
    """How many messages were received in each minute."""
    return Counter([(message.project, message.received_at // MINUTE_MS, message.dialect) for _, message in entries])


def rows(taken: Sequence[Entry], fresh: Sequence[Entry], violations: Counter[SeriesKey]) -> list[SeriesRow]:
    """What a batch adds: all that was taken, of which what is not fresh is a repeat, and the violations in it."""
    accepted = tally(taken)
    repeats = accepted - tally(fresh) if len(fresh) < len(taken) else Counter[SeriesKey]()
    return [_row(place, count, repeats[place], violations[place]) for place, count in accepted.items()]


def _row(place: SeriesKey, accepted: int, repeats: int, violations: int) -> SeriesRow:
    project, minute, dialect = place
    return SeriesRow(project, minute * MINUTE_MS, dialect, accepted, repeats, violations)
