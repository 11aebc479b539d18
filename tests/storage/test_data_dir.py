"""A data directory that cannot be used is reported with advice."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from passerby.storage.data_dir import DataDir, UnusableDirectory, private_file


@pytest.mark.parametrize(
    "number, advice",
    [
        (errno.EEXIST, "choose a directory with --data"),
        (errno.ENOTDIR, "choose a directory with --data"),
        (errno.EACCES, f"chown -R {os.geteuid()} "),
        (errno.EPERM, "run as its owner"),
        (errno.EROFS, "mount it for writing"),
        (errno.ENOSPC, "free disk space"),
        (errno.EIO, "Input/output error: choose another directory"),
    ],
)
def test_each_error_of_the_system_has_its_advice(number: int, advice: str) -> None:
    said = str(UnusableDirectory(Path("data"), OSError(number, os.strerror(number))))
    assert said.startswith("cannot use the data directory data: ")
    assert advice in said


def test_errors_while_the_directory_is_used_name_it(tmp_path: Path) -> None:
    folder = DataDir(tmp_path / "data")
    with pytest.raises(UnusableDirectory, match=f"^cannot use the data directory {folder.path}: "), folder.using():
        folder.control.read_bytes()


class Interrupted(Exception):
    """The block that writes the file fails."""


def write_and_fail(file: Path) -> None:
    with private_file(file) as opened:
        opened.write("another secret")
        raise Interrupted


def test_a_private_file_is_readable_by_its_owner_only_and_never_half_written(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    with pytest.raises(Interrupted):
        write_and_fail(file)
    assert not file.exists()
    with private_file(file) as opened:
        opened.write("a secret")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("a secret", 0o600)
    with pytest.raises(FileExistsError):
        write_and_fail(file)
    assert file.read_text() == "a secret"
