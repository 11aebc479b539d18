"""Counts messages by minute and dialect, for the time series of the API and the console's charts."""

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
    """Return the key under which a message is counted."""
    return message.project, message.received_at // MINUTE_MS, message.dialect


def tally(entries: Iterable[Entry]) -> Counter[SeriesKey]:
    """Count messages by the minute in which they were received."""
    # `series_key` written out, and a list: half the time of a call and a generator step for each message of a batch.
    return Counter([(message.project, message.received_at // MINUTE_MS, message.dialect) for _, message in entries])


def rows(taken: Sequence[Entry], fresh: Sequence[Entry], violations: Counter[SeriesKey]) -> list[SeriesRow]:
    """Return what a batch adds to the counts: a row for each project, minute and dialect.

    `taken` are its messages, `fresh` those that are not duplicates; `violations` are by `series_key`.
    """
    accepted = tally(taken)
    repeats = accepted - tally(fresh) if len(fresh) < len(taken) else Counter[SeriesKey]()
    return [
        SeriesRow(project, minute * MINUTE_MS, dialect, count, repeats[key], violations[key])
        for key, count in accepted.items()
        for project, minute, dialect in [key]
    ]
