"""Engines are chosen by the scheme of a URL."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.log.log_messages import NOW, append, numbered
from tests.positions import at

from passerby.accounts.credentials import ProjectCredentials
from passerby.log.protocol import LogDamaged
from passerby.outbox.protocol import Delivered
from passerby.positions import START, pack
from passerby.runtime.engines import (
    UnknownEngine,
    engines_of,
    open_control,
    open_deliveries,
    open_events,
    open_log,
    open_state,
    path_of,
    urls_of,
)
from passerby.settings import EventSettings, OutboxSettings
from passerby.state.protocol import OutboxRow, StateUnavailable
from passerby.storage.data_dir import DataDir

ODD_NAME = "data directory 100% ünusual#1?"


def test_the_engines_of_a_data_directory_lie_at_the_paths_that_it_names(tmp_path: Path) -> None:
    folder = DataDir(tmp_path / ODD_NAME)
    assert [path_of(url) for url in urls_of(folder)] == [
        folder.log,
        folder.state,
        folder.events,
        folder.control,
        folder.deliveries,
    ]


def test_the_path_of_a_url_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert path_of(urls_of(DataDir(Path("data"))).log) == tmp_path / "data" / "log.db"


@pytest.mark.parametrize("open_", [open_log, open_state, open_events, open_control, open_deliveries])
@pytest.mark.parametrize("url", ["mysql://user:secret@host/passerby", "no scheme", ""])
def test_an_unknown_engine_is_refused_with_the_known_ones(open_: Callable[[str], object], url: str) -> None:
    with pytest.raises(UnknownEngine, match=r"expected one of (sqlite|chdb)://") as refused:
        open_(url)
    assert "secret" not in str(refused.value)


def test_nothing_is_created_before_it_is_opened(tmp_path: Path) -> None:
    engines = engines_of(DataDir(tmp_path))
    assert not engines.log.exists()
    assert not engines.state.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_through_one_handle_is_read_through_another(tmp_path: Path) -> None:
    engines = engines_of(DataDir(tmp_path / ODD_NAME))
    (tmp_path / ODD_NAME).mkdir()
    with closing(engines.log.open_writer()) as writer, closing(engines.log.open_reader()) as log:
        append(writer, numbered(1, 2), at=NOW)
        assert [entry.position for entry in log.read(START, 9)] == [1, 2]
    with closing(engines.state.open_writer()) as state, state.transaction():
        state.finish(at(2), NOW, [OutboxRow(pack(0, 2), 1, b"{}\n")])
    with closing(engines.state.open_reader()) as reader, closing(engines.state.open_outbox(OutboxSettings())) as outbox:
        assert (reader.positions(), len(outbox.read(0, 9, 9))) == (at(2), 1)
    assert (engines.log.exists(), engines.log.head()) == (True, at(2))
    assert (engines.state.exists(), engines.state.progress().positions) == (True, at(2))


def test_the_control_plane_opens_every_part_of_itself(tmp_path: Path) -> None:
    control = engines_of(DataDir(tmp_path)).control
    with control.open_projects() as projects:
        projects.add_project("default", NOW)
    with closing(ProjectCredentials(control.open_feed())) as credentials:
        assert credentials.names() == {1: "default"}
    with closing(control.open_users()) as users:
        assert users.users() == []
    with control.open_audit() as audit:
        audit.note(1, NOW, who="me", action="project.renamed")
    with closing(control.open_rejected_writer()) as writer, closing(control.open_rejected_reader()) as reader:
        writer.count_uses({1: 2}, NOW)
        assert reader.uses(NOW)[1].last_hour == 2
    assert control.open_alerting().states() is None


def test_the_event_store_opens_and_names_its_engine(tmp_path: Path) -> None:
    engine = engines_of(DataDir(tmp_path)).events
    store, sink = engine.open(EventSettings())
    with closing(store):
        assert store.total(1) == 0
        assert sink.delivered() == Delivered()


def test_every_engine_names_its_version(tmp_path: Path) -> None:
    versions = dict(engine.version() for engine in engines_of(DataDir(tmp_path)))
    assert set(versions) == {"SQLite", "chDB"}
    assert all(re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+.*", version) for version in versions.values())


def test_a_state_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    folder = DataDir(tmp_path)
    folder.state.write_bytes(b"no database" * 1_000)
    with pytest.raises(StateUnavailable):
        engines_of(folder).state.progress()


def test_a_log_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    folder = DataDir(tmp_path)
    folder.log.write_bytes(b"no database" * 1_000)
    with pytest.raises(LogDamaged):
        engines_of(folder).log.head()
