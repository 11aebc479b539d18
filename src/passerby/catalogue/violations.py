"""Counting violations, in a number of rows that no sender can make grow without end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from passerby.catalogue.rules import SAMPLE_LENGTH
from passerby.messages import Violation

ROWS: Final = 1000
"""How many subjects and attributes are told apart for one project; what is beyond is counted by kind alone."""
NAME_SHOWN: Final = 500
"""How many characters of an event's or attribute's name are kept with a violation: all that the catalogue can hold."""

Key = tuple[str, str, str]
"""Kind, subject, attribute."""


class ViolationRow(NamedTuple):
    """Violations of one kind by one attribute.

    `added` goes onto the stored count; `last_at` (ms) and `sample` are the newest.
    """

    project: int
    kind: str
    subject: str
    attribute: str
    added: int
    last_at: int
    sample: str


class ViolationCounter:
    """Sums violations up over a batch.

    Like the catalogue it is told once for each project which rows the state has (`needs`, `load`), so that the limit
    holds across restarts, and forgets after a transaction that failed.
    """

    def __init__(self, memory: int = 100 * ROWS) -> None:
        self._memory = memory
        self._known: dict[int, set[Key]] = {}
        self._rows: dict[tuple[int, Key], ViolationRow] = {}

    def needs(self, project: int) -> bool:
        """Whether `load` is to be called before violations of this project are added."""
        return project not in self._known

    def load(self, project: int, keys: Iterable[Key]) -> None:
        """Take the keys of all violation rows that the state has of this project."""
        self._known[project] = set(keys)

    def forget(self) -> None:
        """Drop everything, as after a transaction that failed."""
        self._known.clear()
        self._rows.clear()

    def add(self, project: int, violation: Violation, at: int) -> None:
        """Count a violation by a message that was received at `at` (ms)."""
        key = self._key(project, violation)
        row = self._rows.get((project, key))
        added, last_at = (row.added + 1, max(row.last_at, at)) if row else (1, at)
        self._rows[project, key] = ViolationRow(project, *key, added, last_at, violation.sample[:SAMPLE_LENGTH])

    def drain(self) -> list[ViolationRow]:
        """What was counted since the last drain, each key once. Called once a batch, at its end."""
        rows = list(self._rows.values())
        self._rows.clear()
        if sum(map(len, self._known.values())) > self._memory:
            self._known.clear()
        return rows

    def _key(self, project: int, violation: Violation) -> Key:
        """The row that counts this violation: its own, or that of its kind where the project has too many rows."""
        known = self._known.setdefault(project, set())
        key = (violation.kind, violation.subject[:NAME_SHOWN], violation.attribute[:NAME_SHOWN])
        if key not in known and len(known) >= ROWS:
            return (violation.kind, "", "")
        known.add(key)
        return key
