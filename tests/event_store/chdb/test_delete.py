"""Deleting events of profiles from the store."""

from __future__ import annotations

from tests.event_store.chdb.sample_events import ANN, BOB, PROJECT, event_id, numbered

from passerby.event_store.chdb.store import ChdbEventStore


def test_all_events_of_the_profiles_are_gone_and_no_others(store: ChdbEventStore) -> None:
    store.write(numbered(1, 10), "a")
    store.write(numbered(11, 10, profile_id=BOB, name="bought"), "b")
    store.write(numbered(21, 10) + numbered(31, 5, profile_id=BOB), "c")
    store.write(numbered(41, 5, project=2), "d")
    store.delete(PROJECT, [ANN])
    assert store.timeline(PROJECT, [ANN], limit=10) == []
    assert store.event(PROJECT, event_id(1)) is None
    assert store.counts(PROJECT, [ANN, BOB], names=9).names == {"bought": 10, "viewed": 5}
    assert store.count(PROJECT, "viewed") == 5
    assert (store.total(PROJECT), store.total(2)) == (15, 5)
    assert not store.damaged


def test_deleting_again_changes_nothing(store: ChdbEventStore) -> None:
    store.write(numbered(1, 10), "a")
    store.write(numbered(11, 10, profile_id=BOB), "b")
    for _ in range(2):
        store.delete(PROJECT, [ANN])
    assert store.total(PROJECT) == 10


def test_events_written_after_a_deletion_are_kept(store: ChdbEventStore) -> None:
    store.write(numbered(1, 10), "a")
    store.delete(PROJECT, [ANN])
    store.write(numbered(11, 10), "b")
    assert store.total(PROJECT) == 10


def test_a_deletion_keeps_the_copies_in_other_orders(store: ChdbEventStore) -> None:
    store.write(numbered(1, 10) + numbered(11, 10, profile_id=BOB), "a")
    store.delete(PROJECT, [ANN])
    statement = "SELECT name, rows FROM system.projection_parts WHERE table = 'events' AND active ORDER BY name"
    found = store._engine.query(statement)  # noqa: SLF001 - how the engine keeps it
    assert found == b'{"name":"by_id","rows":10}\n{"name":"by_name","rows":10}\n'


def test_a_deletion_that_was_left_unfinished_is_replaced(store: ChdbEventStore) -> None:
    store.write(numbered(1, 10) + numbered(11, 10, profile_id=BOB), "a")
    engine = store._engine  # noqa: SLF001 - to stop it midway
    engine.query("SYSTEM STOP MERGES events")
    statement = "ALTER TABLE events DELETE WHERE profile_id = {profile:UUID} SETTINGS mutations_sync = 0"
    engine.query(statement, profile=ANN)
    unfinished = "SELECT count() AS n FROM system.mutations WHERE table = 'events' AND NOT is_done"
    assert engine.query(unfinished) == b'{"n":1}\n'
    engine.query("SYSTEM START MERGES events")
    store.delete(PROJECT, [ANN])
    assert (store.total(PROJECT), engine.query(unfinished)) == (10, b'{"n":0}\n')
