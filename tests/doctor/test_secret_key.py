"""Diagnostics of the secret key: present, valid, private."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from passerby.destinations.protocol import SecretsUnreadable
from passerby.destinations.records import Destination
from passerby.destinations.sqlite.store import SqliteDestinationsEngine
from passerby.doctor.finding import Finding
from passerby.doctor.secret_key import check_secret_key
from passerby.runtime.bootstrap import init
from passerby.secrets.key import open_encryption
from passerby.settings import SECRET_KEY
from passerby.storage.data_dir import DataDir


@pytest.fixture
def folder(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path)


def check(folder: DataDir, environ: Mapping[str, str] = MappingProxyType({})) -> Finding:
    return check_secret_key(folder, environ, SqliteDestinationsEngine(folder.control))


def destination(number: int, **fields: Any) -> Destination:
    """A destination with a secret."""
    usual: dict[str, Any] = {
        "project": 1,
        "kind": "webhook",
        "name": f"Target {number}",
        "config": {},
        "types": ("event",),
        "ordering": "none",
        "created_at": 1,
        "changed_at": 1,
    }
    return Destination(id=f"id-{number}", secrets={"token": "a token"}, **usual | fields)


def add(folder: DataDir, *destinations: Destination) -> None:
    with SqliteDestinationsEngine(folder.control).open_store() as store:
        for each in destinations:
            store.add(each, 0)


def test_a_data_directory_without_secrets_needs_no_key(folder: DataDir) -> None:
    found = check(folder)
    assert (found.well, found.found) == (True, "not created yet: the first secret creates it")


def test_a_private_key_is_well_and_is_named_by_its_id(folder: DataDir) -> None:
    made = open_encryption(folder, {}, create=True)
    found = check(folder)
    assert (found.well, found.found) == (True, f"{made.key_id}, readable by its owner only")


def test_a_key_that_others_may_read_is_not(folder: DataDir) -> None:
    open_encryption(folder, {}, create=True)
    folder.secret_key.chmod(0o640)
    found = check(folder)
    assert not found.well
    assert found.advice == f"chmod 600 {folder.secret_key}"


def test_the_environment_variable_takes_precedence_over_the_file(folder: DataDir) -> None:
    folder.secret_key.write_text("no key")
    assert check(folder, {SECRET_KEY: base64.b64encode(bytes(32)).decode()}).well


def test_what_is_no_key_is_told_with_what_to_do(folder: DataDir) -> None:
    folder.secret_key.write_text("no key")
    found = check(folder)
    assert not found.well
    assert "no key" not in found.found
    assert found.advice == f"restore {folder.secret_key} from a backup, or set PASSERBY_SECRET_KEY to the key"


def test_a_key_that_cannot_be_read_is_told(folder: DataDir) -> None:
    folder.secret_key.mkdir()
    assert not check(folder).well


def test_a_key_that_is_missing_is_noticed_once_secrets_are_stored(folder: DataDir) -> None:
    init(folder.path)
    add(folder, destination(1))
    assert check(folder).well
    folder.secret_key.unlink()
    found = check(folder)
    assert (found.well, found.found) == (False, "not found, and secrets are stored")
    with pytest.raises(SecretsUnreadable, match="no key"):
        add(folder, destination(2))
    assert not folder.secret_key.exists()


def test_a_key_that_is_not_that_of_the_secrets_is_noticed(folder: DataDir) -> None:
    init(folder.path)
    add(folder, destination(1))
    first = open_encryption(folder, {}, create=False).key_id
    folder.secret_key.unlink()
    other = open_encryption(folder, {}, create=True).key_id
    found = check(folder)
    assert (found.well, found.found) == (False, f"{other}, but secrets need the key {first}")


def test_the_only_destination_may_get_its_secrets_again_with_a_new_key(folder: DataDir) -> None:
    init(folder.path)
    add(folder, destination(1))
    folder.secret_key.unlink()
    with SqliteDestinationsEngine(folder.control).open_store() as store:
        store.replace(destination(1))
        assert store.get(1, "id-1").secrets == {"token": "a token"}
    assert check(folder).well


def test_a_control_file_that_cannot_be_read_is_told(folder: DataDir) -> None:
    folder.control.write_bytes(b"no database, but long enough to be taken for one" * 100)
    found = check(folder)
    assert (found.well, found.advice) == (False, "see the result for control.db")
