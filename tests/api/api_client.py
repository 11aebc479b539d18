"""A management API over real engines: control file, log and state are SQLite, filled by the real worker.

Events are kept in memory and delivered on request, so that a test can check the time before an event is visible; the
tests of the server as a process have the real event store and relay. Every test has projects of its own in files that
all of them share: making the files takes longer than most tests.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import httpx
import msgspec
from litestar.testing import TestClient
from litestar.types import ASGIApp, Receive, Scope, Send
from tests.state.state_builder import DAY, new_id

from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.policies import Policies
from passerby.accounts.sqlite.feed import SqliteChangeFeed
from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.accounts.sqlite.users import SqliteUsers
from passerby.api.app import create_app
from passerby.audit.sqlite.log import SqliteAuditLog
from passerby.catalogue.types import data_type
from passerby.deliveries.sqlite.store import SqliteDeliveryEngine
from passerby.destinations.egress import Policy, check_url
from passerby.destinations.sqlite.store import SqliteDestinationsEngine
from passerby.engines import LogEngine
from passerby.event_store.protocol import (
    ANY,
    Cursor,
    DailyCount,
    EventCounts,
    EventFilter,
    EventStoreBroken,
    StoredChange,
)
from passerby.log.protocol import LogReader
from passerby.log.sqlite.engine import SqliteLogEngine
from passerby.messages import Identifier, Message, StoredEvent
from passerby.positions import START, Position
from passerby.rejected_requests.sqlite.store import SqliteRejectedReader, SqliteRejectedWriter
from passerby.runtime import metrics
from passerby.services.context import ServerContext
from passerby.services.daily_counts import DailyCountCache
from passerby.services.log import SharedArchive, SharedLog
from passerby.services.readers import Readers
from passerby.services.tail import Tail
from passerby.services.visibility import Visibility
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.sqlite.store import SqliteState
from passerby.worker.batch import Worker

LONGEST_WAIT = 2.0


class MemoryEvents:
    """An event store for as long as a test takes."""

    def __init__(self) -> None:
        self.events: list[StoredEvent] = []
        self.broken = False
        self.visible = START

    def write(self, rows: bytes, token: str) -> None:
        del token
        self.events += msgspec.json.Decoder(StoredEvent).decode_lines(rows)

    def timeline(
        self,
        project: int,
        profiles: Sequence[str],
        *,
        limit: int,
        before: Cursor | None = None,
        only: EventFilter = ANY,
    ) -> list[StoredEvent]:
        if self.broken:
            raise EventStoreBroken
        fitting = [
            event
            for event in self.events
            if event.project == project
            and event.profile_id in profiles
            and only.name in {"", event.name}
            and only.semantic in {"", event.semantic.name if event.semantic else None}
            and only.since <= event.time < only.until
            and (before is None or (event.time, event.id) < before)
        ]
        return sorted(fitting, key=lambda event: (event.time, event.id), reverse=True)[:limit]

    def earliest(self, project: int, profiles: Sequence[str], *, limit: int) -> list[StoredEvent]:
        return self.timeline(project, profiles, limit=len(self.events))[::-1][:limit]

    def counts(self, project: int, profiles: Sequence[str], *, names: int) -> EventCounts:
        events = self.timeline(project, profiles, limit=len(self.events))
        counted = Counter(event.name for event in events)
        sessions = {event.session_id for event in events} - {""}
        purchases = [event for event in events if event.semantic and event.semantic.name == "purchased"]
        return EventCounts(dict(counted.most_common(names)), len(sessions), len(purchases))

    def event(self, project: int, id: str, profiles: Sequence[str] = ()) -> StoredEvent | None:  # noqa: A002 - the protocol's word
        found = next((event for event in self.events if (event.project, event.id) == (project, id)), None)
        return None if found is None or (profiles and found.profile_id not in profiles) else found

    def count(self, project: int, name: str, attribute: str = "", value: str = "") -> int:
        del attribute, value
        return sum((event.project, event.name) == (project, name) for event in self.events)

    def daily_counts(self, project: int, since: int) -> list[DailyCount]:
        if self.broken:
            raise EventStoreBroken
        events = [each for each in self.events if each.project == project and each.time >= since]
        counts = Counter((each.name, each.time // 86_400_000) for each in events)
        return [DailyCount(*key, count) for key, count in sorted(counts.items())]

    def value_types(self, project: int, name: str, attribute: str) -> dict[str, int]:
        if self.broken:
            raise EventStoreBroken
        events = [each for each in self.events if (each.project, each.name) == (project, name)]
        types = Counter(data_type(each.properties.get(attribute)) for each in events)
        return {type_: count for type_, count in types.items() if type_}

    def total(self, project: int) -> int:
        if self.broken:
            raise EventStoreBroken
        return sum(event.project == project for event in self.events)

    def changes(self, project: int, after: Position, limit: int) -> list[StoredChange]:
        del project, after, limit
        return []

    def close(self) -> None: ...


class ManualRelay:
    """A relay that delivers only when a test calls `carry`."""

    def __init__(self) -> None:
        self.visible = START
        self.nudges = 0

    def nudge(self) -> None:
        self.nudges += 1


def measured_here(app: ASGIApp, address: str = "127.0.0.1") -> ASGIApp:
    """The application, of which a client at this address reads the metrics."""

    async def reached(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == "/metrics":
            scope["client"] = (address, 1)
        await app(scope, receive, send)

    return reached


class InProcessServer:
    """The engines, and the API over them. The log is a file in the folder, if it is not given."""

    def __init__(self, folder: Path, log: LogEngine | None = None) -> None:
        self.folder = folder
        self.log_engine = log or SqliteLogEngine(folder / "log.db")
        self.projects = SqliteProjects(folder / "control.db")
        self.projects.add_project("default", DAY)
        self.log = self.log_engine.open_writer()
        self.state = SqliteState(folder / "state.db")
        self.reader = SqliteStateReader(folder / "state.db")
        self.events = MemoryEvents()
        self.relay = ManualRelay()
        self.refused = SqliteRejectedWriter(folder / "refused.db")
        self._refused = SqliteRejectedReader(folder / "refused.db")
        self.credentials = ProjectCredentials(SqliteChangeFeed(folder / "control.db"))
        self._policies = Policies(self.credentials)
        self._worker = Worker(self.state, self._policies.of)
        self._to_apply = self.log_engine.open_reader()
        self._to_show = SharedLog(self.log_engine)
        self._archive = SharedArchive(self.log_engine)
        self._outbox = apsw.Connection(str(folder / "state.db"))
        self._delivered = 0
        self.users = SqliteUsers(folder / "control.db")
        self.context = self._context()
        app = create_app(self.context)
        app.asgi_handler = measured_here(app.asgi_handler)
        self.client = TestClient(app, raise_server_exceptions=False)

    def _context(self) -> ServerContext:
        readers = Readers(threads=1)
        return ServerContext(
            tokens=self.credentials,
            policy_of=self._policies.of,
            state=self.reader,
            users=self.users,
            control=lambda: SqliteProjects(self.folder / "control.db"),
            audit=lambda: SqliteAuditLog(self.folder / "audit.db"),
            destinations=lambda: SqliteDestinationsEngine(self.folder / "control.db").open_store(),
            deliveries=lambda: closing(SqliteDeliveryEngine(self.folder / "deliveries.db").open_store()),
            check_egress=lambda url: check_url(url, Policy()),
            sender=lambda: closing(self.log_engine.open_writer()),
            writer=lambda: closing(SqliteState(self.folder / "state.db")),
            log=self._to_show,
            archive=self._archive,
            events=self.events,
            visibility=Visibility(self._to_show, self.reader, self.relay, self.relay.nudge, LONGEST_WAIT),
            daily_counts=DailyCountCache(self.events, lambda: time.time_ns() // 1_000_000),
            refused=self._refused,
            tail=Tail(self._to_show, self._refused, readers, lambda: False, self.reader.attribute_types),
            readers=readers,
            checks=(),
            metrics=metrics.page,
            now=lambda: time.time_ns() // 1_000_000,
            ingest_url="http://127.0.0.1:8080",
        )

    def apply(self, reader: LogReader | None = None) -> None:
        """Apply everything accepted, or what this reader reads of it."""
        self._worker.apply((reader or self._to_apply).read(self.reader.positions(), 1_000_000))

    def deliver(self) -> None:
        """Make everything applied visible."""
        rows = "SELECT id, body FROM outbox WHERE id > ? ORDER BY id"
        for number, body in self._outbox.execute(rows, (self._delivered,)):
            self.events.write(body, "")
            self._delivered = number
        self.relay.visible = self.reader.positions()

    def close(self) -> None:
        self.context.readers.close()
        for part in (self._to_apply, self._to_show, self._archive, self._outbox, self.refused, self._refused):
            part.close()
        for engine in (self.projects, self.users, self.credentials, self.log, self.reader, self.state):
            engine.close()


class ApiClient:
    """Two projects of a test's own, and their view of the API."""

    def __init__(self, server: InProcessServer) -> None:
        self.server = server
        self.events = server.events
        self.relay = server.relay
        self.project, self.token = self._project()
        self.other_project, self.other_token = self._project()
        server.credentials.refresh_if_changed()
        self._said = 0

    def _project(self) -> tuple[int, str]:
        """A new project's number and API token."""
        project = self.server.projects.add_project(f"p{secrets.token_hex(8)}", DAY)
        return project.id, self.server.projects.add_key(project, "api_token", DAY).value

    def get(self, path: str, token: str | None = None, **query: Any) -> httpx.Response:
        """What the API answers to a GET by the bearer of our token, or of another one ("": of none)."""
        return self.server.client.get(path, params=query, headers=self._bearer(token))

    def post(self, path: str, token: str | None = None, body: Any = None) -> httpx.Response:
        return self.server.client.post(path, headers=self._bearer(token), json=body)

    def put(self, path: str, token: str | None = None, body: Any = None) -> httpx.Response:
        return self.server.client.put(path, headers=self._bearer(token), json=body)

    def patch(self, path: str, token: str | None = None, body: Any = None) -> httpx.Response:
        return self.server.client.patch(path, headers=self._bearer(token), json=body)

    def delete(self, path: str, token: str | None = None) -> httpx.Response:
        return self.server.client.delete(path, headers=self._bearer(token))

    def owner(self, namespace: str, value: str, scope: str = "") -> str:
        """The id of the profile that an identifier leads to."""
        found: str = self.get("/v1/profiles", namespace=namespace, value=value, scope=scope).json()["id"]
        return found

    def _bearer(self, token: str | None) -> dict[str, str]:
        token = self.token if token is None else token
        return {"Authorization": f"Bearer {token}"} if token else {}

    def identify(self, *identifiers: Identifier, project: int | None = None, **traits: Any) -> Message:
        """Send an identify call, apply it and deliver it."""
        return self._settled(self.append(project, kind="identify", identifiers=identifiers, traits=traits))

    def track(self, name: str, *identifiers: Identifier, project: int | None = None, **properties: Any) -> Message:
        """Send a track call, apply it and deliver it."""
        return self._settled(
            self.append(project, kind="track", name=name, identifiers=identifiers, properties=properties)
        )

    def ingest(self, **fields: Any) -> Message:
        """Append one message to the log, apply it and deliver it."""
        return self._settled(self.append(**fields))

    def _settled(self, message: Message) -> Message:
        self.server.apply()
        self.server.deliver()
        return message

    def append(self, project: int | None = None, **fields: Any) -> Message:
        """Append one message to the log, received a second after the previous one. It is not applied yet."""
        self._said += 1
        at = DAY + self._said * 1000
        defaults = {"id": new_id(), "dialect": "test", "time": at, "received_at": at}
        message = Message(**{"project": project or self.project, **defaults, **fields})
        written_at = time.time_ns() // 1_000_000 - 1  # the log is in the order of this, and ids are of now
        self.server.log.append([msgspec.json.encode(message)], {message.project: 1}, written_at)
        return message
