"""Protocol between the manager and a storage engine: named statements, transactions and snapshots.

An engine has a file of statements for each topic. Statements are named `topic.statement` (`undo.dependent_merge`) and
have the same parameters and columns in every engine. The manager knows which statements there are and what they mean;
the connector only runs them. Ids are the 16 bytes of a UUID, times are milliseconds, JSON is text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]


class Connector(Protocol):
    """A connection to one engine. It belongs to one thread.

    Every method raises StateUnavailable for a temporary or fixable condition (a full disk, a lock held for too long),
    and StateBroken for any other failure of the engine.
    """

    def row(self, query: str, bindings: Sequence[Any] = ()) -> Row | None:
        """Return the first row of a query, None where there is none."""

    def rows(self, query: str, bindings: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a query."""

    def value(self, query: str, bindings: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row, None where there is none."""

    def walk(self, query: str, bindings: Sequence[Any] = ()) -> Iterator[Row]:
        """Iterate over the rows of a query; iteration may stop early, and other statements may run in between."""

    def run(self, query: str, bindings: Sequence[Any] = ()) -> int:
        """Run a statement that changes rows; return how many."""

    def run_many(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each of these rows."""

    def transaction(self) -> AbstractContextManager[None]:
        """Context manager: commit durably at the end of the block, or roll back when it raises. Does not nest."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Context manager: all queries of the block read the same snapshot."""

    def close(self) -> None: ...
