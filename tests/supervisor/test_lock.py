"""A data folder is used by one `serve`, or by single roles, and never by two of a role that must be alone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.folder import DataFolder
from passerby.supervisor import lock
from passerby.supervisor.lock import (
    FolderInUse,
    RoleRunning,
    Serving,
    announce,
    role_runs,
    running,
    take_folder,
    take_role,
)


def serving(pid: int) -> Serving:
    return Serving(pid=pid, host="127.0.0.1", port=1, console_host="127.0.0.1", console_port=2)


@pytest.fixture
def folder(data: Path) -> DataFolder:
    return DataFolder(data)


@pytest.fixture
def taken(folder: DataFolder) -> Iterator[int]:
    descriptor = take_folder(folder, alone=True)
    announce(descriptor, serving(os.getpid()))
    yield descriptor
    os.close(descriptor)


@pytest.fixture
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "GRACE_SECONDS", 0.1)


def test_taking_a_folder_makes_it(folder: DataFolder, taken: int) -> None:
    assert taken > 0
    assert folder.run.is_dir()
    assert folder.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("alone", [True, False])
def test_a_folder_that_is_taken_is_refused_at_once_with_who_has_it(
    folder: DataFolder, taken: int, *, alone: bool
) -> None:
    assert taken > 0
    with pytest.raises(FolderInUse, match=rf"in use by process {os.getpid()}, on port 1: .* --data"):
        take_folder(folder, alone=alone)


def test_a_folder_that_was_given_back_can_be_taken(folder: DataFolder) -> None:
    for _ in range(2):
        os.close(take_folder(folder, alone=True))


@pytest.mark.usefixtures("short_grace")
def test_single_roles_share_a_folder_that_no_whole_server_can_take(folder: DataFolder) -> None:
    descriptors = [take_folder(folder, alone=False) for _ in range(2)]
    with pytest.raises(FolderInUse, match="by another Passerby"):
        take_folder(folder, alone=True)
    for descriptor in descriptors:
        os.close(descriptor)


@pytest.mark.usefixtures("short_grace")
def test_processes_that_a_killed_server_left_keep_the_folder(folder: DataFolder, taken: int) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    os.ftruncate(taken, 0)
    announce(taken, serving(gone.pid))
    with pytest.raises(FolderInUse):
        take_folder(folder, alone=True)


def test_a_new_server_waits_until_those_processes_are_gone(folder: DataFolder) -> None:
    descriptor = take_folder(folder, alone=True)
    threading.Timer(0.2, os.close, [descriptor]).start()
    os.close(take_folder(folder, alone=True))


def test_who_serves_is_known_while_it_does(folder: DataFolder) -> None:
    assert running(folder) is None
    descriptor = take_folder(folder, alone=True)
    announce(descriptor, serving(os.getpid()))
    assert running(folder) == serving(os.getpid())
    os.close(descriptor)
    assert running(folder) is None


def test_a_folder_without_a_lock_is_not_served(folder: DataFolder) -> None:
    assert running(folder) is None
    assert not folder.path.exists()


def test_a_process_of_another_user_counts_as_living(
    folder: DataFolder, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert taken > 0
    monkeypatch.setattr(os, "kill", forbid)
    with pytest.raises(FolderInUse):
        take_folder(folder, alone=True)


def forbid(*_: object) -> None:
    raise PermissionError


def test_a_role_that_must_be_alone_is_taken_once(folder: DataFolder, taken: int) -> None:
    assert taken > 0
    descriptor = take_role(folder, "worker")
    assert role_runs(folder, "worker")
    assert not role_runs(folder, "console")
    with pytest.raises(RoleRunning, match="a worker runs on"):
        take_role(folder, "worker")
    os.close(take_role(folder, "console"))
    os.close(descriptor)
    os.close(take_role(folder, "worker"))
