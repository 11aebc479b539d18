"""Regular tasks continue after errors."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, cast

from passerby.edge.maintenance import prune_log, run_every, write_key_uses
from passerby.edge.rejections import RejectionWriter
from passerby.log.protocol import LogWriter


def run_until(task: Coroutine[Any, Any, None], done: Callable[[], bool]) -> None:
    async def main() -> None:
        running = asyncio.create_task(task)
        async with asyncio.timeout(20):
            while not done():  # noqa: ASYNC110 - one of the tasks works in a thread, where no event can be set
                await asyncio.sleep(0.001)
        running.cancel()

    asyncio.run(main())


def test_a_failing_function_is_logged_and_called_again(lines: io.StringIO) -> None:
    calls: list[str] = []

    def fails() -> None:
        calls.append("fails")
        raise OSError("broken")

    def works() -> None:
        calls.append("works")

    run_until(run_every(fails, works, seconds=0.001), lambda: len(calls) >= 6)
    assert calls[:6] == ["fails", "works"] * 3
    assert lines.getvalue().count("periodic task failed") >= 3


def test_pruning_continues_after_a_failure() -> None:
    times: list[int] = []

    class Log:
        def prune(self, now: int) -> int:
            times.append(now)
            if len(times) == 1:
                raise OSError("not now")
            return 5

    run_until(prune_log(cast("LogWriter", Log()), lambda: 42, seconds=0.001), lambda: len(times) >= 3)
    assert times[:3] == [42, 42, 42]


def test_counting_uses_continues_after_a_failure(lines: io.StringIO) -> None:
    written: list[tuple[Mapping[int, int], int]] = []

    class FailingOnce:
        def count_uses(self, uses: Mapping[int, int], now: int) -> None:
            written.append((uses, now))
            if len(written) == 1:
                raise OSError("not now")

    writer = cast("RejectionWriter", FailingOnce())
    run_until(write_key_uses(lambda: {7: 1}, writer, lambda: 42, seconds=0.001), lambda: len(written) >= 3)
    assert written[:3] == [({7: 1}, 42)] * 3
    assert "cannot count the uses of keys" in lines.getvalue()
