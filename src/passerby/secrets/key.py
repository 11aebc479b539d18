"""The key that secrets are encrypted with: from the environment, else from a file in the data directory.

The file is created once, with the first secret. It and `control.db` together reveal all secrets; without it, they
have to be entered again.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from passerby.secrets.encryption import KEY_BYTES, Encryption
from passerby.settings import SECRET_KEY
from passerby.storage.data_dir import DataDir, write_private

_FORM = f"{KEY_BYTES} bytes in base64, as `openssl rand -base64 {KEY_BYTES}` prints"


class MissingKey(Exception):
    """There is no key, although secrets are encrypted with one."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"there is no key for the stored secrets: restore {file} from a backup, or set {SECRET_KEY} to the key"
        )


class BadKey(Exception):
    """What should be the key is none. The message does not contain it."""


def open_encryption(folder: DataDir, environ: Mapping[str, str], *, create: bool) -> Encryption:
    """Return the encryption with the key of a data directory; with `create`, a missing key is created.

    `create` is for the first secret only: a new key cannot decrypt secrets that are already stored. Raises MissingKey,
    BadKey, OSError.
    """
    if found := find_key(folder, environ):
        return Encryption(found)
    if not create:
        raise MissingKey(folder.secret_key)
    _create(folder)
    return open_encryption(folder, environ, create=False)


def find_key(folder: DataDir, environ: Mapping[str, str]) -> bytes | None:
    """Return the key, None where there is none. Creates nothing. Raises BadKey, OSError."""
    if given := environ.get(SECRET_KEY):
        return _decoded(given, SECRET_KEY)
    try:
        text = folder.secret_key.read_text("ascii")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise BadKey(f"{folder.secret_key} is not a key: it must be {_FORM}") from None
    return _decoded(text, str(folder.secret_key))


def _decoded(text: str, source: str) -> bytes:
    with suppress(binascii.Error, ValueError):
        key = base64.b64decode(text.strip(), validate=True)
        if len(key) == KEY_BYTES:
            return key
    raise BadKey(f"{source} is not a key: it must be {_FORM}")


def _create(folder: DataDir) -> None:
    """Create the file, complete and durable from the moment that it has its name; another process may be faster."""
    fresh = folder.secret_key.with_name(f"{folder.secret_key.name}.{secrets.token_hex(4)}")
    write_private(fresh, base64.b64encode(os.urandom(KEY_BYTES)).decode())
    try:
        with suppress(FileExistsError):
            folder.secret_key.hardlink_to(fresh)  # unlike a rename, it replaces no file
    finally:
        fresh.unlink()
    descriptor = os.open(folder.path, os.O_RDONLY)  # a name is durable once the folder is synced
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
