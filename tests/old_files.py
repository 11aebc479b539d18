"""SQLite files of earlier versions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from passerby.storage import migrations
from passerby.storage.sqlite import connect

CONTROL = "passerby.accounts.sqlite.migrations"
AUDIT = "passerby.audit.sqlite.migrations"
LOG = "passerby.log.sqlite.migrations"
REFUSED = "passerby.rejected_requests.sqlite.migrations"
STATE = "passerby.state.sqlite.migrations"
PACKAGES = (CONTROL, AUDIT, LOG, REFUSED, STATE)


@contextmanager
def older(file: Path, package: str, version: int) -> Iterator[apsw.Connection]:
    """A new file that has had only the first steps of a package, to be filled with what that version would write."""
    connection = connect(file)
    migrations.migrate(connection, file, migrations.load(package)[:version])
    yield connection
    connection.close()
