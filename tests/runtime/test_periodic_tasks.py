"""The API's server follows changed keys once a second, and writes their use once a minute."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import apsw
import pytest

from passerby.rejected_requests.sqlite.store import SqliteRejectedReader, SqliteRejectedWriter
from passerby.runtime.console import Console, PeriodicTasks

NOW = 1_790_000_040_000


class Tokens:
    def __init__(self) -> None:
        self.refreshed = 0

    def refresh_if_changed(self) -> bool:
        self.refreshed += 1
        return False

    def take_uses(self) -> dict[int, int]:
        return {7: 1} if self.refreshed == 1 else {}


class FakeContext:
    def now(self) -> int:
        return NOW


def console_of(tokens: Tokens, writer: Any) -> Console:
    return Console(cast("Any", FakeContext()), cast("Any", tokens), writer)


def test_uses_are_written_when_it_is_time(tmp_path: Path) -> None:
    tokens = Tokens()
    with (
        closing(SqliteRejectedWriter(tmp_path / "r.db")) as writer,
        closing(SqliteRejectedReader(tmp_path / "r.db")) as reader,
    ):

        async def main() -> None:
            early, due = (PeriodicTasks(console_of(tokens, writer), seconds) for seconds in (3_600, 0))
            await due()
            await due()
            await early()

        asyncio.run(main())
        assert (reader.uses(NOW), tokens.refreshed) == ({7: (NOW, 1)}, 3)


def test_uses_that_cannot_be_written_stop_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    class Full:
        def count_uses(self, uses: dict[int, int], now: int) -> None:
            del uses, now
            raise apsw.FullError

    tokens = Tokens()
    asyncio.run(PeriodicTasks(console_of(tokens, Full()), 0)())
    assert tokens.refreshed == 1
    assert "uses of tokens cannot be written" in capsys.readouterr().out
