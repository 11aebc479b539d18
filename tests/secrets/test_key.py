"""The key comes from the environment or a file, which is created once and is private."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from stat import S_IMODE
from typing import Final

import pytest

from passerby.secrets.key import BadKey, MissingKey, find_key, open_encryption
from passerby.settings import SECRET_KEY
from passerby.storage.data_dir import DataDir

NO_VARIABLES: Final[Mapping[str, str]] = {}
OTHER: Final = base64.b64encode(bytes(32)).decode()


@pytest.fixture
def folder(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path)


def test_the_first_secret_creates_a_key_that_stays(folder: DataDir) -> None:
    made = open_encryption(folder, NO_VARIABLES, create=True)
    stored = made.encrypt("a secret", "record")
    for create in (True, False):
        assert open_encryption(folder, NO_VARIABLES, create=create).decrypt(stored, "record") == "a secret"
    assert list(folder.path.iterdir()) == [folder.secret_key]


def test_only_its_owner_may_read_it(folder: DataDir) -> None:
    before = os.umask(0)
    try:
        open_encryption(folder, NO_VARIABLES, create=True)
    finally:
        os.umask(before)
    assert S_IMODE(folder.secret_key.stat().st_mode) == 0o600


def test_all_who_create_it_at_once_get_the_same(folder: DataDir) -> None:
    with ThreadPoolExecutor(16) as threads:
        made = list(threads.map(lambda _: open_encryption(folder, NO_VARIABLES, create=True).key_id, range(64)))
    assert len(set(made)) == 1
    assert list(folder.path.iterdir()) == [folder.secret_key]


def test_a_variable_takes_precedence_over_the_file_and_creates_none(folder: DataDir) -> None:
    given = open_encryption(folder, {SECRET_KEY: OTHER}, create=True)
    assert not folder.secret_key.exists()
    made = open_encryption(folder, NO_VARIABLES, create=True)
    assert open_encryption(folder, {SECRET_KEY: f" {OTHER}\n"}, create=False).key_id == given.key_id != made.key_id
    assert open_encryption(folder, {SECRET_KEY: ""}, create=False).key_id == made.key_id


def test_a_key_that_is_missing_is_not_replaced_where_secrets_are_stored(folder: DataDir) -> None:
    with pytest.raises(MissingKey, match=r"restore .*secret\.key from a backup, or set PASSERBY_SECRET_KEY"):
        open_encryption(folder, NO_VARIABLES, create=False)
    assert not list(folder.path.iterdir())
    assert find_key(folder, NO_VARIABLES) is None


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(bytes(31)).decode(), "?" * 44, OTHER[:-1]])
def test_what_is_no_key_is_refused_and_not_repeated(folder: DataDir, text: str) -> None:
    folder.secret_key.write_text(text)
    with pytest.raises(BadKey, match=r"secret\.key is not a key: it must be 32 bytes in base64") as refused:
        open_encryption(folder, NO_VARIABLES, create=True)
    assert not text or text not in str(refused.value)
    assert folder.secret_key.read_text() == text


def test_a_variable_that_is_no_key_is_refused(folder: DataDir) -> None:
    folder.secret_key.write_text(OTHER)
    with pytest.raises(BadKey, match="PASSERBY_SECRET_KEY is not a key"):
        open_encryption(folder, {SECRET_KEY: "short"}, create=True)


def test_a_file_that_is_no_text_is_no_key(folder: DataDir) -> None:
    folder.secret_key.write_bytes(b"\xff" * 32)
    with pytest.raises(BadKey):
        find_key(folder, NO_VARIABLES)
