"""Opening and closing the engines of the API."""

from __future__ import annotations

import pytest

from passerby.runtime.console import close_events


class Part:
    """An event store and its relay: what was asked of them, in order."""

    def __init__(self, *, stops: bool) -> None:
        self.asked: list[str] = []
        self._stops = stops

    def stop(self, timeout: float) -> bool:
        del timeout
        self.asked.append("stop")
        return self._stops

    def close(self) -> None:
        self.asked.append("close")


@pytest.mark.parametrize("stops, asked", [(True, ["stop", "close"]), (False, ["stop"])])
def test_an_event_store_is_closed_only_after_its_last_write(*, stops: bool, asked: list[str]) -> None:
    part = Part(stops=stops)
    close_events(part, part)
    assert part.asked == asked
