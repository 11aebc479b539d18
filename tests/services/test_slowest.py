"""The slowest reads."""

from __future__ import annotations

from functools import partial

from passerby.clock import iso
from passerby.services.slowest import HOUR_SECONDS, Slowest, SlowRead, name_of


def test_of_every_read_the_slowest_is_kept() -> None:
    slowest = Slowest()
    for read in (
        SlowRead("a", 1.0, 10.0),
        SlowRead("b", 3.0, 11.0),
        SlowRead("a", 2.0, 12.0),
        SlowRead("a", 0.5, 13.0),
    ):
        slowest.note(read)
    assert slowest.since(0.0) == [SlowRead("b", 3.0, 11.0), SlowRead("a", 2.0, 12.0)]
    assert slowest.since(11.5) == [SlowRead("a", 2.0, 12.0)]


def test_after_an_hour_a_faster_read_takes_its_place() -> None:
    slowest = Slowest()
    slowest.note(SlowRead("a", 2.0, 0.0))
    slowest.note(SlowRead("a", 1.0, HOUR_SECONDS))
    assert slowest.since(0.0) == [SlowRead("a", 1.0, HOUR_SECONDS)]


def test_a_read_is_named_as_in_the_code() -> None:
    assert name_of(iso) == "clock.iso"
    assert name_of(partial(partial(iso), 1)) == "clock.iso"
    assert name_of(Slowest().since) == "services.slowest.Slowest.since"


class _Check:
    def __call__(self) -> None: ...


def test_what_has_no_name_has_its_type_s() -> None:
    assert name_of(_Check()).endswith("_Check")
