"""Opening stores: new, old, and damaged ones."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs
from tests.event_store.chdb.damage import IN_A_PART, UNOPENABLE, Damage
from tests.event_store.chdb.engine_tables import ask, columns, copied, settle
from tests.event_store.chdb.sample_changes import NOW, changes_at, row
from tests.event_store.chdb.sample_events import ANN, PROJECT, event, event_id, numbered, rows

from passerby import logs
from passerby.event_store.chdb import opening
from passerby.event_store.chdb.change_rows import rows_of
from passerby.event_store.chdb.opening import open_event_store, open_or_rebuild
from passerby.event_store.chdb.store import ChdbEventStore
from passerby.event_store.protocol import EventFilter, EventStoreBroken, EventStoreFailed, EventStoreInUse
from passerby.messages import CLAIMED, SERVER, Semantic
from passerby.positions import Position

DAY_MS = 86_400_000

HOLD = """
import sys, time
from pathlib import Path
from passerby.event_store.chdb.lock import Lock
lock = Lock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def fill(folder: Path) -> None:
    """Make a store that has been filled, in three parts."""
    with closing(open_event_store(folder)) as store:
        ask(store, "SYSTEM STOP MERGES events")
        store.refilled()
        for first in (1, 101, 201):
            store.write(numbered(first, 100), str(first))


@pytest.fixture
def filled(folder: Path) -> Path:
    fill(folder)
    return folder


def set_aside(folder: Path) -> list[Path]:
    return sorted(folder.parent.glob("events.broken-*"))


class TestWhatIsWhole:
    def test_what_is_stored_is_there_when_it_is_opened_again(self, filled: Path) -> None:
        with closing(open_event_store(filled)) as store:
            assert store.total(PROJECT) == 300
            assert not store.damaged

    def test_older_rows_count_once_after_that_too(self, filled: Path) -> None:
        with closing(open_event_store(filled)) as store:
            for first in (201, 1, 301, 101):
                store.write(numbered(first, 100), str(first))
            assert store.total(PROJECT) == 400

    def test_a_store_from_before_events_had_a_meaning_is_brought_up_to_date(self, filled: Path) -> None:
        with closing(open_event_store(filled)) as store:
            ask(store, "ALTER TABLE events DROP COLUMN semantic_name SETTINGS mutations_sync = 2")
            ask(store, "ALTER TABLE events DROP COLUMN semantic SETTINGS mutations_sync = 2")
        bought = Semantic(name="purchased", items=[], value=1, currency=None)
        for place in (301, 302):
            with closing(open_event_store(filled)) as store:
                assert store.total(PROJECT) == place - 1
                assert not store.refilling
                store.write(rows([event(place, semantic=bought)]), str(place))
        with closing(open_event_store(filled)) as store:
            newest = store.timeline(PROJECT, [ANN], limit=3)
            assert [event.semantic for event in newest] == [bought, bought, None]
            assert len(store.timeline(PROJECT, [ANN], limit=9, only=EventFilter(semantic="purchased"))) == 2

    def test_a_store_from_before_events_had_an_assurance_is_brought_up_to_date(self, filled: Path) -> None:
        with closing(open_event_store(filled)) as store:
            ask(store, "ALTER TABLE events DROP COLUMN assurance SETTINGS mutations_sync = 2")
        for place in (301, 302):
            with closing(open_event_store(filled)) as store:
                assert not store.refilling
                store.write(rows([event(place, assurance=CLAIMED)]), str(place))
                newest = store.timeline(PROJECT, [ANN], limit=place - 299)
                assert [event.assurance for event in newest] == [CLAIMED] * (place - 300) + [SERVER]

    def test_a_store_from_before_events_were_found_by_their_ids_is_brought_up_to_date(self, filled: Path) -> None:
        with closing(open_event_store(filled)) as store:
            ask(store, "ALTER TABLE events DROP PROJECTION by_id SETTINGS mutations_sync = 2")
            ask(store, "ALTER TABLE events ADD INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 8")
            store.write(numbered(301, 100), "4")
        for _ in range(2):
            with closing(open_event_store(filled)) as store:
                settle(store)
                assert not store.damaged
                assert not store.refilling
                assert store.event(PROJECT, event_id(77)) == event(77)
                assert store.event(PROJECT, event_id(377)) == event(377)
                assert copied(store, "by_id") == copied(store, "by_name") == 400
                assert b"bloom" not in ask(store, "SHOW CREATE TABLE events")

    def test_a_store_from_before_positions_were_in_the_order_of_names_is_brought_up_to_date(self, filled: Path) -> None:
        without = "SELECT project, name, time, profile_id, properties ORDER BY project, name, time"
        with closing(open_event_store(filled)) as store:
            ask(store, "ALTER TABLE events DROP PROJECTION by_name SETTINGS mutations_sync = 2")
            ask(store, f"ALTER TABLE events ADD PROJECTION by_name ({without})")
            ask(store, "ALTER TABLE events MATERIALIZE PROJECTION by_name SETTINGS mutations_sync = 2")
            assert (copied(store, "by_name"), columns(store, "by_name")) == (300, without)
        for number in range(2):
            with closing(open_event_store(filled)) as store:
                store.write(numbered(301 + number, 1), str(number))
                assert store.count(PROJECT, "viewed") == 301 + number
                settle(store)
                assert not store.damaged
                assert not store.refilling
                assert copied(store, "by_id") == copied(store, "by_name") == 301 + number
                assert columns(store, "by_name") == without.replace("profile_id,", "profile_id, position,")

    def test_an_upgrade_that_was_cut_off_between_its_steps_is_completed(self, filled: Path) -> None:
        with closing(open_event_store(filled)) as store:
            ask(store, "ALTER TABLE events DROP PROJECTION by_name SETTINGS mutations_sync = 2")
        with closing(open_event_store(filled)) as store:
            settle(store)
            assert copied(store, "by_name") == 300
            assert "position" in columns(store, "by_name")

    def test_positions_of_a_rare_name_are_read_from_the_order_of_names(self, folder: Path) -> None:
        with closing(open_event_store(folder)) as store:
            store.write(numbered(1, 4000) + numbered(4001, 3, name="bought") + numbered(4004, 4000), "1")
            plan = "EXPLAIN SELECT max(position) FROM events WHERE project = 1 AND name = 'bought'"
            assert b"by_name" in ask(store, plan)
            assert b"by_name" not in ask(store, plan.replace("position", "received_at"))

    def test_a_store_from_before_changes_were_stored_gets_their_table(self, filled: Path) -> None:
        with closing(open_event_store(filled)) as store:
            store.remember(changes=False)
            ask(store, "DROP TABLE changes")
        for _ in range(2):
            with closing(open_event_store(filled)) as store:
                assert not store.refilling
                assert store.changes(PROJECT, Position(0), 1) == []
                assert store.total(PROJECT) == 300

    def test_a_store_that_has_lost_its_changes_asks_for_a_refill(self, filled: Path) -> None:
        with closing(open_event_store(filled)) as store:
            ask(store, "DROP TABLE changes")
        for _ in range(2):
            with closing(open_event_store(filled)) as store:
                assert store.refilling
                assert store.marker.row == 0
                assert store.total(PROJECT) == 300

    def test_changes_are_dropped_at_the_age_that_is_set(self, folder: Path) -> None:
        ages = [1, 20, 50, 500]
        batches = [row(age, changes_at(600 - age)[:1], NOW - age * DAY_MS) for age in ages]
        for days, kept in ((None, [50, 20, 1]), (10_000, [50, 20, 1]), (30, [20, 1]), (400, [20, 1])):
            with closing(open_event_store(folder, changes_days=days)) as store:
                if days is None:
                    store.write_changes(rows_of(batches, ()))
                ask(store, "OPTIMIZE TABLE changes FINAL")
                settle(store)
                found = store.changes(PROJECT, Position(0), 9)
                assert [(NOW - change.at) // DAY_MS for change in found] == kept

    def test_a_new_store_asks_for_a_refill_until_it_is_marked_as_filled(self, folder: Path) -> None:
        asked = []
        for mark_filled in (False, True, False):
            with closing(open_event_store(folder)) as store:
                asked.append(store.refilling)
                if mark_filled:
                    store.refilled()
                    asked.append(store.refilling)
        assert asked == [True, True, False, False]

    def test_a_store_that_forgot_whether_it_was_filled_asks_for_it(self, filled: Path) -> None:
        (filled / "passerby.json").unlink()
        with closing(open_event_store(filled)) as store:
            assert store.refilling
            assert store.total(PROJECT) == 300

    def test_an_interrupted_creation_of_a_store_is_completed(self, folder: Path) -> None:
        fill(folder)
        with closing(open_event_store(folder)) as store:
            store.repair()
            ask(store, "DROP TABLE events")
        (folder / "passerby.json").write_text('{"refilling":true}')
        with closing(open_event_store(folder)) as store:
            assert store.total(PROJECT) == 0

    @pytest.mark.parametrize("name", ["with space", "it's", "100%41", "a&b=c", "größe", "a*b[1]{2}"])
    def test_folders_may_have_any_name(self, tmp_path: Path, name: str) -> None:
        with closing(open_event_store(tmp_path / name)) as store:
            store.write(numbered(1, 5), "1")
            assert store.total(PROJECT) == 5
        assert (tmp_path / name / "store").is_dir()

    def test_a_question_mark_in_a_path_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="question mark"):
            open_event_store(tmp_path / "what?")


class TestWhatIsInUse:
    def test_another_process_keeps_it(self, filled: Path) -> None:
        command = [sys.executable, "-c", HOLD, str(filled)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            other.stdout.readline()
            with pytest.raises(EventStoreInUse):
                open_or_rebuild(filled, logs.get("events"))
            other.communicate(b"")
        assert not set_aside(filled)
        with closing(open_event_store(filled)) as store:
            assert store.total(PROJECT) == 300

    def test_a_process_has_one_store_open(self, filled: Path, tmp_path: Path) -> None:
        with closing(open_event_store(filled)), pytest.raises(EventStoreInUse):
            open_or_rebuild(tmp_path / "second", logs.get("events"))
        with closing(open_event_store(tmp_path / "second")) as store:
            assert store.total(PROJECT) == 0


class TestWhatTheDiskDoesNotAllow:
    def test_a_full_disk_is_not_damage(self, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(opening, "LEAST_FREE_BYTES", 1 << 62)
        with pytest.raises(EventStoreFailed, match="full"):
            open_or_rebuild(filled, logs.get("events"))
        assert not set_aside(filled)

    def test_a_folder_that_is_not_writable_is_not_damage(self, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "access", lambda *_: False)
        with pytest.raises(EventStoreFailed, match="writable"):
            open_or_rebuild(filled, logs.get("events"))
        assert not set_aside(filled)


class TestWhatIsBroken:
    @pytest.mark.parametrize("damage", UNOPENABLE.values(), ids=UNOPENABLE)
    def test_it_is_set_aside_and_a_new_one_made_in_the_same_process(self, filled: Path, damage: Damage) -> None:
        damage(filled)
        with capture_logs() as lines:
            store, rebuilt = open_or_rebuild(filled, structlog.get_logger())
        with closing(store):
            assert rebuilt
            assert store.refilling
            store.write(numbered(1, 5), "1")
            assert store.total(PROJECT) == 5
        (aside,) = set_aside(filled)
        assert [(line["log_level"], line["folder"]) for line in lines] == [("error", str(aside))]

    def test_a_broken_store_is_an_error_unless_a_rebuild_is_requested(self, filled: Path) -> None:
        UNOPENABLE["every file is garbage"](filled)
        with pytest.raises(EventStoreBroken):
            open_event_store(filled)

    def test_an_intact_projection_is_not_rebuilt(self, filled: Path) -> None:
        store, rebuilt = open_or_rebuild(filled, logs.get("events"))
        with closing(store):
            assert not rebuilt
        assert not set_aside(filled)

    def test_several_can_be_set_aside_in_one_second(self, filled: Path) -> None:
        for _ in range(3):
            UNOPENABLE["the metadata is gone"](filled)
            store, _ = open_or_rebuild(filled, logs.get("events"))
            with closing(store):
                store.refilled()
        assert len(set_aside(filled)) == 3

    @pytest.mark.parametrize("damage", IN_A_PART.values(), ids=IN_A_PART)
    def test_a_damaged_part_does_not_take_the_others_along(self, filled: Path, damage: Damage) -> None:
        damage(filled)
        store, rebuilt = open_or_rebuild(filled, logs.get("events"))
        with closing(store):
            assert not rebuilt
            assert store.damaged
            assert store.total(PROJECT) == 200


def test_a_failure_while_opening_leaves_the_folder_to_others(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> ChdbEventStore:
        raise EventStoreFailed("MEMORY_LIMIT_EXCEEDED")

    with monkeypatch.context() as patched:
        patched.setattr(opening, "ChdbEventStore", fail)
        with pytest.raises(EventStoreFailed):
            open_event_store(filled)
    with closing(open_event_store(filled)) as store:
        assert store.total(PROJECT) == 300
