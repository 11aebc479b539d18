"""Counts violations in a bounded number of rows: clients choose names, so rows by name alone would be unbounded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from passerby.catalogue.rules import SAMPLE_LENGTH
from passerby.messages import Violation

ROWS: Final = 1000
"""Rows by subject and attribute that one project may have; further violations are counted by kind alone."""
NAME_SHOWN: Final = 500
"""Characters of an event or attribute name that are stored with a violation: the most that the settings allow."""

Key = tuple[str, str, str]
"""Kind, subject, attribute."""


class ViolationRow(NamedTuple):
    """Violations of one kind by one attribute.

    `added` is added to the stored count; `last_at` (ms) and `sample` are the newest.
    """

    project: int
    kind: str
    subject: str
    attribute: str
    added: int
    last_at: int
    sample: str


class ViolationCounter:
    """Sums up violations over a batch.

    Like the catalogue, it loads once per project which rows the state has (`needs`, `load`), so that the limit holds
    across restarts, and drops its cache after a failed transaction.
    """

    def __init__(self, memory: int = 100 * ROWS) -> None:
        self._memory = memory
        self._known: dict[int, set[Key]] = {}
        self._rows: dict[tuple[int, Key], ViolationRow] = {}

    def needs(self, project: int) -> bool:
        """Return whether `load` must be called before violations of this project are added."""
        return project not in self._known

    def load(self, project: int, keys: Iterable[Key]) -> None:
        """Load the keys of all stored violation rows of a project."""
        self._known[project] = set(keys)

    def forget(self) -> None:
        """Drop the cache and the counts, after a failed transaction."""
        self._known.clear()
        self._rows.clear()

    def add(self, project: int, violation: Violation, at: int) -> None:
        """Count a violation by a message that was received at `at` (ms)."""
        known = self._known.setdefault(project, set())
        key = (violation.kind, violation.subject[:NAME_SHOWN], violation.attribute[:NAME_SHOWN])
        if key not in known:
            if len(known) < ROWS:
                known.add(key)
            else:
                key = (violation.kind, "", "")
        row = self._rows.get((project, key))
        added, last_at = (row.added + 1, max(row.last_at, at)) if row else (1, at)
        self._rows[project, key] = ViolationRow(project, *key, added, last_at, violation.sample[:SAMPLE_LENGTH])

    def drain(self) -> list[ViolationRow]:
        """Return the counts since the last call, each key once, and reset them. Called at the end of each batch."""
        rows = list(self._rows.values())
        self._rows.clear()
        # Bounded between batches only: within one, the number of rows that a project has must stay known.
        if sum(map(len, self._known.values())) > self._memory:
            self._known.clear()
        return rows
