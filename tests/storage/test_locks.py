"""A data directory is used by one `serve`, or by single roles, and never by two of a role that must be alone."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.storage import locks
from passerby.storage.data_dir import DataDir
from passerby.storage.locks import (
    FolderInUse,
    RoleRunning,
    Serving,
    announce,
    role_runs,
    running,
    take_folder,
    take_role,
    take_serve,
)

US = Serving(pid=os.getpid(), host="127.0.0.1", port=1, console_host="127.0.0.1", console_port=2)


@pytest.fixture
def folder(data: Path) -> DataDir:
    return DataDir(data)


@pytest.fixture
def serve(folder: DataDir) -> Iterator[int]:
    """A `serve` that runs on the folder."""
    descriptor, used = take_serve(folder), take_folder(folder, alone=True)
    announce(descriptor, US)
    yield descriptor
    os.close(used)
    os.close(descriptor)


@pytest.fixture
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "GRACE_SECONDS", 0.1)


@pytest.mark.usefixtures("serve")
def test_the_folder_is_made_for_its_owner_alone(folder: DataDir) -> None:
    assert folder.run.is_dir()
    assert folder.path.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("serve")
def test_a_second_server_is_rejected_at_once_with_the_process_that_holds_the_lock(folder: DataDir) -> None:
    with pytest.raises(FolderInUse, match=rf"in use by process {os.getpid()}, on port 1: .* --data"):
        take_serve(folder)


@pytest.mark.usefixtures("serve")
def test_a_single_role_is_rejected_at_once_while_a_server_runs(folder: DataDir) -> None:
    with pytest.raises(FolderInUse, match=rf"in use by process {os.getpid()}"):
        take_folder(folder, alone=False)


def test_a_server_that_has_not_yet_said_who_it_is_counts_too(folder: DataDir) -> None:
    descriptor = take_serve(folder)
    with pytest.raises(FolderInUse, match="by another Passerby"):
        take_serve(folder)
    os.close(descriptor)


def test_a_folder_that_was_given_back_can_be_taken(folder: DataDir) -> None:
    for _ in range(2):
        os.close(take_serve(folder))
        os.close(take_folder(folder, alone=True))


@pytest.mark.usefixtures("short_grace")
def test_single_roles_share_a_folder_that_no_server_can_take_then(folder: DataDir) -> None:
    descriptors = [take_folder(folder, alone=False) for _ in range(2)]
    with pytest.raises(FolderInUse, match="by another Passerby"):
        take_folder(folder, alone=True)
    for descriptor in descriptors:
        os.close(descriptor)


@pytest.mark.usefixtures("short_grace")
@pytest.mark.parametrize("alone", [True, False])
def test_processes_that_a_killed_server_left_keep_the_folder(folder: DataDir, *, alone: bool) -> None:
    left = take_folder(folder, alone=True)
    with pytest.raises(FolderInUse):
        take_folder(folder, alone=alone)
    os.close(left)


def test_a_new_server_waits_until_those_processes_are_gone(folder: DataDir) -> None:
    left = take_folder(folder, alone=True)
    threading.Timer(0.2, os.close, [left]).start()
    os.close(take_folder(folder, alone=True))


def test_who_serves_is_known_while_it_does(folder: DataDir) -> None:
    assert running(folder) is None
    descriptor = take_serve(folder)
    announce(descriptor, US)
    assert running(folder) == US
    os.close(descriptor)
    assert running(folder) is None


def test_asking_who_serves_makes_nothing(folder: DataDir) -> None:
    assert running(folder) is None
    assert not folder.path.exists()


def test_a_role_that_must_be_alone_is_taken_once(folder: DataDir) -> None:
    used = take_folder(folder, alone=False)
    descriptor = take_role(folder, "worker")
    assert role_runs(folder, "worker")
    assert not role_runs(folder, "console")
    with pytest.raises(RoleRunning, match="a worker runs on"):
        take_role(folder, "worker")
    os.close(take_role(folder, "console"))
    os.close(descriptor)
    os.close(take_role(folder, "worker"))
    os.close(used)
