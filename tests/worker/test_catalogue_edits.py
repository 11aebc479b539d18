"""Catalogue edits by administrators apply from the worker's next batch and persist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from tests.worker.comparison import Comparison

from passerby.catalogue.aliases import Alias
from passerby.messages import Identifier, StoredEvent
from passerby.state.sqlite.store import SqliteState

M1 = Identifier("mobile_id", "m1")


@pytest.fixture
def admin(comparison: Comparison) -> Iterator[SqliteState]:
    """Another process's connection to the same state."""
    with closing(SqliteState(comparison.path)) as state:
        yield state


def events(comparison: Comparison) -> list[StoredEvent]:
    comparison.apply()
    comparison.observer.read_outbox()
    return comparison.observer.events


def catalogued(comparison: Comparison) -> dict[str, Any]:
    rows = comparison.observer.rows("SELECT event, name, type, count FROM catalogue_attributes")
    return {f"{event}.{name}": (type_, count) for event, name, type_, count in rows}


def test_a_changed_type_holds_for_the_next_batch_and_is_not_written_over(
    comparison: Comparison, admin: SqliteState
) -> None:
    comparison.append(M1, name="Bought", properties={"total": "junk"})
    comparison.apply()
    assert admin.change_type(1, "Bought", "total", "number") == "string"
    comparison.append(M1, name="Bought", dialect="webengage", properties={"total": 9.5})
    comparison.append(M1, name="Bought", dialect="webengage", properties={"total": "text"})
    found = events(comparison)
    assert (found[1].properties, found[1].rejected) == ({"total": 9.5}, [])
    assert [entry.kind for entry in found[2].rejected] == ["type_mismatch"]
    assert catalogued(comparison) == {"Bought.total": ("number", 2)}


def test_what_is_counted_in_memory_when_a_name_is_deleted_does_not_bring_it_back(
    comparison: Comparison, admin: SqliteState
) -> None:
    for name in ("Junk", "Bought"):
        comparison.append(M1, name=name, properties={"a": 1})
    comparison.apply()
    assert admin.delete_names(1, [("Junk", ""), ("Bought", "a"), ("Never", "")]) == [("Never", "")]
    comparison.append(M1, name="Bought", properties={"b": 1})
    comparison.apply()
    assert comparison.observer.rows("SELECT name FROM catalogue_events") == [("Bought",)]
    assert catalogued(comparison) == {"Bought.b": ("number", 1)}
    assert len(events(comparison)) == 3


def test_a_deleted_name_frees_its_place_in_every_limit(comparison: Comparison, admin: SqliteState) -> None:
    comparison.append(M1, name="Bought", dialect="webengage", properties={f"junk{n}": n for n in range(25)})
    comparison.append(M1, name="Bought", dialect="webengage", properties={"total": 1})
    comparison.apply()
    admin.delete_names(1, [("Bought", "junk0")])
    comparison.append(M1, name="Bought", dialect="webengage", properties={"total": 1})
    assert [event.properties for event in events(comparison)][1:] == [{}, {"total": 1}]


def test_a_merged_spelling_is_recorded_under_the_other_name_with_its_own_kept(
    comparison: Comparison, admin: SqliteState
) -> None:
    comparison.append(M1, name="buy", properties={"Total": 1}, traits={"firstName": "Ada"})
    comparison.apply()
    admin.add_alias(1, Alias("buy", "", "Bought"))
    comparison.append(M1, name="Bought", properties={"Total": 1})
    comparison.apply()
    admin.add_alias(1, Alias("Bought", "Total", "total"))
    admin.add_alias(1, Alias("", "firstName", "first_name"))
    comparison.append(M1, name="buy", properties={"Total": 2}, traits={"firstName": "Eve"}, context={"ip": "192.0.2.1"})
    last = events(comparison)[-1]
    assert (last.name, last.properties) == ("Bought", {"total": 2})
    assert last.context == {"ip": "192.0.2.1", "sent_name": "buy"}
    names = comparison.observer.rows("SELECT name, value FROM traits ORDER BY name")
    assert names == [("firstName", '"Ada"'), ("first_name", '"Eve"')]
    admin.remove_alias(1, "buy", "")
    comparison.append(M1, name="buy", properties={"Total": 3})
    assert (events(comparison)[-1].name, events(comparison)[-1].properties) == ("buy", {"Total": 3})


def test_a_standard_event_is_recognised_by_either_spelling(comparison: Comparison, admin: SqliteState) -> None:
    for name in ("Viewed Product", "my order"):
        comparison.append(M1, name=name)
    comparison.apply()
    admin.add_alias(1, Alias("Viewed Product", "", "product seen"))
    admin.add_alias(1, Alias("my order", "", "Order Completed"))
    for name in ("Viewed Product", "my order"):
        comparison.append(M1, name=name, dialect="segment", properties={"product_id": "p"})
    found = [(event.name, event.semantic and event.semantic.name) for event in events(comparison)[2:]]
    assert found == [("product seen", "product_viewed"), ("Order Completed", "purchased")]


def test_another_project_keeps_its_own_names(comparison: Comparison, admin: SqliteState) -> None:
    comparison.append(M1, name="buy")
    comparison.apply()
    admin.add_alias(1, Alias("buy", "", "Bought"))
    comparison.append(M1, name="buy", project=2)
    assert events(comparison)[-1].name == "buy"
