"""What administrators change in the catalogue while the worker runs: it holds for the next batch, and stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from tests.worker.twin import Twin

from passerby.catalogue.aliases import Alias
from passerby.messages import Identifier, StoredEvent
from passerby.state.sqlite.store import SqliteState

M1 = Identifier("mobile_id", "m1")


@pytest.fixture
def admin(twin: Twin) -> Iterator[SqliteState]:
    """Another process's connection to the same state."""
    with closing(SqliteState(twin.path)) as state:
        yield state


def events(twin: Twin) -> list[StoredEvent]:
    twin.work()
    twin.watcher.read_outbox()
    return twin.watcher.events


def catalogued(twin: Twin) -> dict[str, Any]:
    rows = twin.watcher.rows("SELECT event, name, type, count FROM catalogue_attributes")
    return {f"{event}.{name}": (type_, count) for event, name, type_, count in rows}


def test_a_changed_type_holds_for_the_next_batch_and_is_not_written_over(twin: Twin, admin: SqliteState) -> None:
    twin.say(M1, name="Bought", properties={"total": "junk"})
    twin.work()
    assert admin.change_type(1, "Bought", "total", "number") == "string"
    twin.say(M1, name="Bought", dialect="webengage", properties={"total": 9.5})
    twin.say(M1, name="Bought", dialect="webengage", properties={"total": "text"})
    found = events(twin)
    assert (found[1].properties, found[1].rejected) == ({"total": 9.5}, [])
    assert [entry.kind for entry in found[2].rejected] == ["type_mismatch"]
    assert catalogued(twin) == {"Bought.total": ("number", 2)}


def test_what_is_counted_in_memory_when_a_name_is_deleted_does_not_bring_it_back(
    twin: Twin, admin: SqliteState
) -> None:
    for name in ("Junk", "Bought"):
        twin.say(M1, name=name, properties={"a": 1})
    twin.work()
    assert admin.delete_names(1, [("Junk", ""), ("Bought", "a"), ("Never", "")]) == [("Never", "")]
    twin.say(M1, name="Bought", properties={"b": 1})
    twin.work()
    assert twin.watcher.rows("SELECT name FROM catalogue_events") == [("Bought",)]
    assert catalogued(twin) == {"Bought.b": ("number", 1)}
    assert len(events(twin)) == 3


def test_a_deleted_name_frees_its_place_in_every_limit(twin: Twin, admin: SqliteState) -> None:
    twin.say(M1, name="Bought", dialect="webengage", properties={f"junk{n}": n for n in range(25)})
    twin.say(M1, name="Bought", dialect="webengage", properties={"total": 1})
    twin.work()
    admin.delete_names(1, [("Bought", "junk0")])
    twin.say(M1, name="Bought", dialect="webengage", properties={"total": 1})
    assert [event.properties for event in events(twin)][1:] == [{}, {"total": 1}]


def test_a_merged_spelling_is_recorded_under_the_other_name_with_its_own_kept(twin: Twin, admin: SqliteState) -> None:
    twin.say(M1, name="buy", properties={"Total": 1}, traits={"firstName": "Ada"})
    twin.work()
    admin.add_alias(1, Alias("buy", "", "Bought"))
    twin.say(M1, name="Bought", properties={"Total": 1})
    twin.work()
    admin.add_alias(1, Alias("Bought", "Total", "total"))
    admin.add_alias(1, Alias("", "firstName", "first_name"))
    twin.say(M1, name="buy", properties={"Total": 2}, traits={"firstName": "Eve"}, context={"ip": "192.0.2.1"})
    last = events(twin)[-1]
    assert (last.name, last.properties) == ("Bought", {"total": 2})
    assert last.context == {"ip": "192.0.2.1", "sent_name": "buy"}
    names = twin.watcher.rows("SELECT name, value FROM traits ORDER BY name")
    assert names == [("firstName", '"Ada"'), ("first_name", '"Eve"')]
    admin.remove_alias(1, "buy", "")
    twin.say(M1, name="buy", properties={"Total": 3})
    assert (events(twin)[-1].name, events(twin)[-1].properties) == ("buy", {"Total": 3})


def test_a_standard_event_is_told_by_either_spelling(twin: Twin, admin: SqliteState) -> None:
    for name in ("Viewed Product", "my order"):
        twin.say(M1, name=name)
    twin.work()
    admin.add_alias(1, Alias("Viewed Product", "", "product seen"))
    admin.add_alias(1, Alias("my order", "", "Order Completed"))
    for name in ("Viewed Product", "my order"):
        twin.say(M1, name=name, dialect="segment", properties={"product_id": "p"})
    found = [(event.name, event.semantic and event.semantic.name) for event in events(twin)[2:]]
    assert found == [("product seen", "product_viewed"), ("Order Completed", "purchased")]


def test_another_project_keeps_its_own_names(twin: Twin, admin: SqliteState) -> None:
    twin.say(M1, name="buy")
    twin.work()
    admin.add_alias(1, Alias("buy", "", "Bought"))
    twin.say(M1, name="buy", project=2)
    assert events(twin)[-1].name == "buy"
