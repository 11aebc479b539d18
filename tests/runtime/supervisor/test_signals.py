"""A signal during start ends a process immediately, with code 0."""

from __future__ import annotations

import signal
from contextlib import ExitStack

import pytest

from passerby.runtime.supervisor.signals import STOP, leaving_on_signal


@pytest.mark.parametrize("number", STOP)
def test_a_signal_ends_the_process_well_and_closes_what_is_open(number: signal.Signals) -> None:
    closed: list[bool] = []
    with pytest.raises(SystemExit) as ended:
        tell_ourselves(number, closed)
    assert (ended.value.code, closed) == (0, [True])


def tell_ourselves(number: signal.Signals, closed: list[bool]) -> None:
    with leaving_on_signal(), ExitStack() as opened:
        opened.callback(closed.append, True)  # noqa: FBT003 - a value, not a switch
        signal.raise_signal(number)


def test_afterwards_signals_do_what_they_did_before() -> None:
    before = [signal.getsignal(number) for number in STOP]
    with leaving_on_signal():
        assert [signal.getsignal(number) for number in STOP] != before
    assert [signal.getsignal(number) for number in STOP] == before
