"""One installation with API, console and command line, to make changes through each of them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from litestar.testing import TestClient
from tests.api.api_client import ApiClient, InProcessServer
from tests.monitoring.monitors import monitor_of

from passerby.accounts import passwords
from passerby.accounts.records import Project
from passerby.accounts.users import Role
from passerby.api.app import application
from passerby.audit.protocol import SERVER, Entry
from passerby.audit.sqlite.log import SqliteAuditLog
from passerby.cli import run
from passerby.console.app import create_app
from passerby.console.auth.sessions import COOKIE
from passerby.console.auth.throttle import Throttle
from passerby.console.context import ConsoleContext
from passerby.console.middleware import ConsoleMiddleware
from passerby.monitoring.monitor import Monitor
from passerby.services.readers import Readers
from passerby.settings import Settings

TOKEN_LABEL = "back office"  # noqa: S105 - a label
ADMIN = "ada"
PASSWORD = "correct horse battery"  # noqa: S105 - of users that a test makes


class Interface(StrEnum):
    """The interfaces through which a service is called."""

    API = "api"
    CONSOLE = "console"
    COMMAND_LINE = "command line"


ACTORS = {
    Interface.API: TOKEN_LABEL,
    Interface.CONSOLE: f"console user {ADMIN}",
    Interface.COMMAND_LINE: "the command line",
}
"""The actor that the audit log names, by the interface."""


class Installation(NamedTuple):
    """What all tests share."""

    server: InProcessServer
    console: TestClient[ConsoleMiddleware]
    monitor: Monitor
    admin_session: str


class ServiceHarness:
    """A project of a test's own, which is changed through an interface."""

    def __init__(self, installation: Installation) -> None:
        self.server, self._console, self.monitor, self._session = installation
        self.client = ApiClient(self.server)
        self.number = self.client.project
        self.token = self.server.projects.add_key(self.project, "api_token", 1, label=TOKEN_LABEL).value
        self.server.credentials.refresh_if_changed()
        self.made: dict[str, Any] = {}
        """What a test's preparation leaves for its calls: ids and names."""

    @property
    def project(self) -> Project:
        return self.server.projects.project_numbered(self.number)

    def api(self, method: str, path: str, body: Any = None) -> None:
        """Make a request with the project's token. It has to succeed."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.server.client.request(method, path, headers=headers, json=body)
        assert answer.is_success, answer.text

    def console(self, path: str, **form: str) -> None:
        """Send a form of the project as the administrator. It has to succeed."""
        self.form(f"/p/{self.project.name}{path}", self._session, **form)

    def form(self, path: str, session: str = "", **form: str) -> None:
        """Send a form with this session."""
        self._console.cookies.clear()
        if session:
            self._console.cookies.set(COOKIE, session)
        headers = {"Origin": str(self._console.base_url).rstrip("/")}
        answer = self._console.post(path, data=form, headers=headers, follow_redirects=False)
        assert answer.status_code in {200, 303}, answer.text

    def command(self, *words: str, project: str = "") -> None:
        """Run a command on the data directory, for the project where `project` names the flag. It has to succeed."""
        flags = [project, self.project.name] if project else []
        assert run([*words, *flags, "--data", str(self.server.folder)]) == 0

    def file(self, document: Any) -> str:
        """Write a JSON document to a file; return its path."""
        file = self.server.folder / f"{secrets.token_hex(4)}.json"
        file.write_bytes(msgspec.json.encode(document))
        return str(file)

    def user(self, role: Role = Role.VIEWER) -> str:
        """Add a console user with PASSWORD; return the name."""
        name = f"u{secrets.token_hex(4)}"
        self.server.users.add(name, role, passwords.hashed(PASSWORD), 1)
        return name

    def session(self, user: str) -> str:
        """Open a session of this user; return its cookie."""
        return self.server.users.open_session(user, time.time_ns() // 1_000_000)

    def entries(self) -> list[Entry]:
        """All audit entries of the project and of the server, the newest first."""
        with SqliteAuditLog(self.server.folder / "audit.db") as log:
            return [*log.page(self.number, limit=1_000), *log.page(SERVER, limit=1_000)]

    def entries_of_other_projects(self) -> list[Entry]:
        """The audit entries of projects that came after this one."""
        newer = [each.id for each in self.server.projects.projects() if each.id > self.number]
        with SqliteAuditLog(self.server.folder / "audit.db") as log:
            return [entry for number in newer for entry in log.page(number, limit=10)]


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """An installation in a new folder, whose monitor does not run."""
    with ExitStack() as held:
        server = held.enter_context(closing(InProcessServer(folder)))
        held.enter_context(server.client)
        monitor = monitor_of(server)
        console_context = ConsoleContext(
            context=server.context,
            projects=server.credentials,
            passwords=held.enter_context(closing(Readers(1))),
            examinations=held.enter_context(closing(Readers(1))),
            throttle=Throttle(),
            settings=Settings(data=folder),
            monitor=monitor,
            diagnose=list,
            versions=dict,
        )
        console = held.enter_context(TestClient(create_app(console_context, application)))
        server.users.add(ADMIN, Role.ADMIN, passwords.hashed(PASSWORD), 1)
        session = server.users.open_session(ADMIN, time.time_ns() // 1_000_000)
        yield Installation(server, console, monitor, session)
