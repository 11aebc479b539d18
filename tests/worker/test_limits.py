"""Limits of a profile's data, for any input; what exceeds them is counted."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.worker.comparison import Comparison

from passerby.catalogue.rules import DEFAULT_LIMITS
from passerby.messages import Identifier
from passerby.profiles.rejected import KEPT

M1, M2 = (Identifier("mobile_id", value) for value in ("m1", "m2"))
MORE = 30
BEYOND = DEFAULT_LIMITS.uncatalogued_traits


def say_traits(comparison: Comparison) -> None:
    """Fill the catalogue, then state some traits more than a profile may have beyond it, twice."""
    comparison.append(
        M2, kind="identify", traits={f"catalogued-{number}": number for number in range(DEFAULT_LIMITS.traits)}
    )
    for _ in range(2):
        for number in range(BEYOND + MORE):
            comparison.append(M1, kind="identify", traits={f"beyond-{number}": number, "catalogued-1": number})


def traits(comparison: Comparison) -> dict[str, set[str]]:
    """The names of both people's traits, and of those that were refused."""
    owners = "FROM {0} JOIN identifiers AS i ON i.profile = {0}.profile WHERE i.value = ?"
    tables = {table: f"SELECT name {owners.format(table)}" for table in ("traits", "rejected_traits")}
    return {
        f"{device.value} {table}": {name for (name,) in comparison.observer.rows(query, device.value)}
        for device in (M1, M2)
        for table, query in tables.items()
    }


def counted(comparison: Comparison) -> list[tuple[Any, ...]]:
    return comparison.observer.rows(
        "SELECT kind, subject, attribute, count FROM violations WHERE kind = 'too_many_traits'"
    )


def test_a_profile_keeps_so_many_traits_beyond_the_catalogue_and_the_others_are_counted(comparison: Comparison) -> None:
    say_traits(comparison)
    comparison.apply()
    found = traits(comparison)
    assert found["m1 traits"] == {f"beyond-{number}" for number in range(BEYOND)} | {"catalogued-1"}
    assert found["m1 rejected_traits"] == {f"beyond-{BEYOND + number}" for number in range(MORE)}
    assert len(found["m2 traits"]) == DEFAULT_LIMITS.traits
    assert counted(comparison) == [("too_many_traits", "", "", 2 * MORE)]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_trait_that_was_kept_may_change_and_one_that_was_not_stays_out_however_the_log_is_cut(
    tmp_path: Path, comparison: Comparison, size: int
) -> None:
    say_traits(comparison)
    comparison.apply()
    with closing(Comparison(tmp_path / "cut.db")) as other:
        say_traits(other)
        while other.applied < len(other.log):
            other.apply(size)
        assert traits(other) == traits(comparison)
        assert counted(other) == counted(comparison)
        newest = "SELECT name, value FROM traits WHERE name = 'beyond-0' OR name = 'catalogued-1' ORDER BY name, value"
        assert other.observer.rows(newest) == comparison.observer.rows(newest)


def test_a_profile_keeps_the_newest_rejected_traits_however_the_log_is_cut(
    tmp_path: Path, comparison: Comparison
) -> None:
    def state(to: Comparison) -> None:
        for number in range(KEPT + MORE):
            to.append(M1, kind="identify", dialect="webengage", traits={f"we_{number}": number, "we_0": number})

    state(comparison)
    comparison.apply()
    newest = {f"we_{number}" for number in range(MORE + 1, KEPT + MORE)} | {"we_0"}
    assert traits(comparison)["m1 rejected_traits"] == newest
    with closing(Comparison(tmp_path / "cut.db")) as other:
        state(other)
        while other.applied < len(other.log):
            other.apply(7)
        assert traits(other) == traits(comparison)


def test_the_reason_is_shown_next_to_a_rejected_trait(comparison: Comparison) -> None:
    say_traits(comparison)
    comparison.apply()
    rules = set(comparison.observer.rows("SELECT kind, detail FROM rejected_traits"))
    assert rules == {("too_many_traits", '{"limit":100}')}
