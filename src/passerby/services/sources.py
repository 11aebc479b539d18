"""Test events: a documented call of a dialect, handled as the ingest port would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec
import uuid_utils

from passerby.accounts.records import Key, ProjectSettings
from passerby.dialects import registry
from passerby.dialects.contract import Outcome, Request, RequestFault
from passerby.services.access import ServerAccess
from passerby.services.caller import Permission
from passerby.services.errors import not_found
from passerby.services.use_cases import changing


class SourceTested(msgspec.Struct, kw_only=True, frozen=True):
    """The result of a test event: the response that a client would have got, and the ids of the accepted messages."""

    dialect: str
    call: str
    status: int
    answer: str
    message_ids: list[str]


@changing(Permission.MANAGE)
def send_test_event(access: ServerAccess, dialect: str) -> SourceTested:
    """Send a test event through the handling of a dialect; return what its sender would have received.

    Raises NotFound where the project has no key for the dialect.
    """
    with access.context.control() as store:
        project = store.project_numbered(access.project)
        now = access.context.now()
        keys = {key.kind: key for key in store.keys(project) if key.works(now)}
    sample = registry.NAMED[dialect].test_call({kind: key.value for kind, key in keys.items() if key.value})
    call = registry.match(sample.path.partition("?")[0]) if sample else None
    if sample is None or call is None:
        raise not_found(f"{dialect} key of this project")
    path, _, query = sample.path.partition("?")
    headers = {name.lower(): value for name, value in sample.http_headers().items()}
    request = Request(
        "POST",
        path,
        query,
        {"user-agent": "Passerby", **headers},
        msgspec.json.encode(sample.body),
        access.context.now(),
        "",
        lambda: str(uuid_utils.uuid7()),
    )
    try:
        outcome = call.handle(request, call.parameters, _Keys(project.id, keys, project.settings))
    except RequestFault as fault:
        outcome = Outcome(call.fault(fault.fault, fault.detail))
    with access.recording("source.tested", dialect):
        # Appended here and not sent over HTTP: the console may not reach the ingest port by its public address.
        if outcome.messages:
            counts = Counter(message.project for message in outcome.messages)
            with access.context.sender() as log:
                log.append([msgspec.json.encode(message) for message in outcome.messages], counts, access.context.now())
    return SourceTested(
        dialect=dialect,
        call=call.name,
        status=outcome.reply.status,
        answer=outcome.reply.body.decode("utf-8", "replace"),
        message_ids=[message.id for message in outcome.messages],
    )


class _Keys:
    """Key lookup of one project. Secrets are stored hashed; the caller may manage the project, so none is checked."""

    def __init__(self, project: int, keys: Mapping[str, Key], settings: ProjectSettings) -> None:
        self._project = project
        self._known = {(kind, key.value) for kind, key in keys.items()}
        self._settings = settings

    def project(self, kind: str, key: str) -> int | None:
        return self._project if (kind, key) in self._known else None

    def authenticates(self, kind: str, project: int, secret: str) -> bool:
        del kind, secret
        return project == self._project

    def secret_project(self, kind: str, secret: str) -> int | None:
        del kind, secret
        return self._project

    def settings(self, project: int) -> ProjectSettings:
        del project
        return self._settings
