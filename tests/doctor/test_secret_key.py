"""Diagnostics of the secret key: present, valid, private."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from passerby.doctor.secret_key import check_secret_key
from passerby.secrets.key import open_encryption
from passerby.settings import SECRET_KEY
from passerby.storage.data_dir import DataDir


@pytest.fixture
def folder(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path)


def test_a_data_directory_without_secrets_needs_no_key(folder: DataDir) -> None:
    found = check_secret_key(folder, {})
    assert (found.well, found.found) == (True, "not created yet: the first secret creates it")


def test_a_private_key_is_well_and_is_named_by_its_id(folder: DataDir) -> None:
    made = open_encryption(folder, {}, create=True)
    found = check_secret_key(folder, {})
    assert (found.well, found.found) == (True, f"{made.key_id}, readable by its owner only")


def test_a_key_that_others_may_read_is_not(folder: DataDir) -> None:
    open_encryption(folder, {}, create=True)
    folder.secret_key.chmod(0o640)
    found = check_secret_key(folder, {})
    assert not found.well
    assert found.advice == f"chmod 600 {folder.secret_key}"


def test_a_variable_is_looked_at_in_place_of_the_file(folder: DataDir) -> None:
    folder.secret_key.write_text("no key")
    assert check_secret_key(folder, {SECRET_KEY: base64.b64encode(bytes(32)).decode()}).well


def test_what_is_no_key_is_told_with_what_to_do(folder: DataDir) -> None:
    folder.secret_key.write_text("no key")
    found = check_secret_key(folder, {})
    assert not found.well
    assert "no key" not in found.found
    assert found.advice == f"restore {folder.secret_key} from a backup, or set PASSERBY_SECRET_KEY to the key"


def test_a_key_that_cannot_be_read_is_told(folder: DataDir) -> None:
    folder.secret_key.mkdir()
    assert not check_secret_key(folder, {}).well
