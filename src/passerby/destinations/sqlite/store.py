"""Configurations of destinations in the SQLite file of the control plane."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

import apsw
import msgspec

from passerby import logs
from passerby.destinations.protocol import (
    MOST,
    ConfigurationsBroken,
    ConfigurationsSnapshot,
    ConfigurationsUnavailable,
    Configured,
    NameTaken,
    SecretsUnreadable,
    TooManyDestinations,
    UnknownDestination,
    VersionChanged,
)
from passerby.destinations.records import Destination, PauseReason, SigningSecret
from passerby.secrets.encryption import Encryption, SecretDamaged, WrongKey, key_id_of
from passerby.secrets.key import BadKey, MissingKey, open_encryption
from passerby.storage import migrations, sql, sqlite
from passerby.storage.data_dir import DataDir

_SQL = sql.load("passerby.destinations.sqlite", "queries.sql")
_log = logs.get("destinations")


class _Secrets(msgspec.Struct, array_like=True):
    """What is encrypted of a destination."""

    secrets: dict[str, Any]
    signing: list[SigningSecret]


@sqlite.translates(ConfigurationsUnavailable, ConfigurationsBroken)
class SqliteDestinations:
    """Stores configurations (`passerby.destinations.protocol.Destinations`)."""

    def __init__(self, file: Path, encryption: Callable[[bool], Encryption]) -> None:
        """`encryption` returns the encryption of secrets; its argument tells whether it may create a key.

        Raises NewerFile.
        """
        self._connection = migrations.open_file(file, "passerby.accounts.sqlite.migrations")
        self._open_encryption = encryption

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def of_project(self, project: int) -> list[Destination]:
        return [self._read(row) for row in self._connection.execute(_SQL["of_project"], (project,)).fetchall()]

    def get(self, project: int, id: str) -> Destination:  # noqa: A002 - what it is called everywhere
        row = self._connection.execute(_SQL["get"], (project, id)).fetchone()
        if row is None:
            raise UnknownDestination(id)
        return self._read(row)

    def add(self, destination: Destination, begin_after: int) -> None:
        row = self._row(destination) | {"created_at": destination.created_at, "begin_after": begin_after}
        with sqlite.transaction(self._connection):
            if self._connection.execute(_SQL["number"], (destination.project,)).get >= MOST:
                raise TooManyDestinations
            self._write("add", row)

    def replace(self, destination: Destination) -> Destination:
        with sqlite.transaction(self._connection):
            self._write("replace", self._row(destination))
            if not self._connection.changes():
                self.get(destination.project, destination.id)
                raise VersionChanged
        return msgspec.structs.replace(destination, version=destination.version + 1)

    def set_state(self, id: str, reason: PauseReason, at: int) -> None:  # noqa: A002 - as above
        state = "paused" if reason else "running"
        self._connection.execute(_SQL["set_state"], {"id": id, "state": state, "reason": reason, "at": at})

    def delete(self, project: int, id: str) -> None:  # noqa: A002 - as above
        with sqlite.transaction(self._connection):
            self._connection.execute(_SQL["delete"], (project, id))
            if not self._connection.changes():
                raise UnknownDestination(id)

    def changes_since(self, revision: int) -> ConfigurationsSnapshot | None:
        if self._connection.execute(_SQL["revision"]).get <= revision:
            return None
        with self._connection:  # one read transaction: the revision is that of the rows
            current = int(self._connection.execute(_SQL["revision"]).get)
            rows: list[Any] = self._connection.execute(_SQL["everything"]).fetchall()
        found = []
        for *row, project, begin_after in rows:
            try:
                found.append(Configured(self._read(row), project, begin_after))
            except SecretsUnreadable as problem:
                _log.exception("a destination cannot be used", error=type(problem.__cause__).__name__)
        return ConfigurationsSnapshot(current, found)

    def _write(self, statement: str, row: dict[str, Any]) -> None:
        try:
            self._connection.execute(_SQL[statement], row)
        except apsw.ConstraintError:
            raise NameTaken(row["name"]) from None

    def _row(self, destination: Destination) -> dict[str, Any]:
        body = msgspec.structs.replace(destination, secrets={}, signing_secrets=())
        secret = b""
        if destination.secrets or destination.signing_secrets:
            plain = _Secrets(destination.secrets, list(destination.signing_secrets))
            others = bool(self._connection.execute(_SQL["other_secrets"], (destination.id,)).get)
            with _readable():
                encryption = self._open_encryption(not others)  # a new key could not decrypt what others have
                secret = encryption.encrypt(msgspec.json.encode(plain).decode(), _record(destination.id))
        return {
            "id": destination.id,
            "project": destination.project,
            "name": destination.name,
            "body": msgspec.json.encode(body).decode(),
            "secrets": secret,
            "state": destination.state,
            "pause_reason": destination.pause_reason,
            "changed_at": destination.changed_at,
            "version": destination.version,
        }

    def _read(self, row: Any) -> Destination:
        body, secret, state, reason, changed_at, version = row
        destination = msgspec.json.decode(body, type=Destination)
        plain = _Secrets({}, [])
        if secret:
            with _readable():
                encryption = self._open_encryption(False)  # noqa: FBT003 - likewise
                plain = msgspec.json.decode(encryption.decrypt(secret, _record(destination.id)), type=_Secrets)
        return msgspec.structs.replace(
            destination,
            secrets=plain.secrets,
            signing_secrets=tuple(plain.signing),
            state=state,
            pause_reason=reason,
            changed_at=changed_at,
            version=version,
        )


class SqliteDestinationsEngine:
    """The configurations in a control file (`passerby.destinations.protocol.DestinationsEngine`).

    The key of secrets is in the data directory, or in the environment.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def version(self) -> tuple[str, str]:
        return sqlite.version()

    def open_store(self) -> SqliteDestinations:
        folder = DataDir(self._path.parent)
        return SqliteDestinations(self._path, lambda create: open_encryption(folder, os.environ, create=create))

    def secret_keys(self) -> frozenset[str]:
        if not self._path.exists():
            return frozenset()
        try:
            connection = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READWRITE)
            with closing(connection):
                connection.set_busy_timeout(sqlite.BUSY_TIMEOUT_MS)
                connection.pragma("query_only", "on")
                exists = connection.execute(_SQL["has_destinations"]).get
                stored: Any = connection.execute(_SQL["secrets"]).fetchall() if exists else []
        except apsw.Error as error:
            raise ConfigurationsUnavailable(str(error)) from error
        return frozenset(key for (secret,) in stored if (key := key_id_of(secret)))


@contextmanager
def _readable() -> Iterator[None]:
    """Translate what is wrong with the key or with a secret."""
    try:
        yield
    except (WrongKey, SecretDamaged, MissingKey, BadKey, OSError) as problem:
        raise SecretsUnreadable(str(problem)) from problem


def _record(id_: str) -> str:
    """Return the name of a destination's secrets, which is authenticated with them."""
    return f"destination/{id_}"
