"""A test event: one documented call through the very handling that the ingest port has for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import uuid_utils
from litestar import post
from litestar.di import NamedDependency, Provide
from litestar.params import PathParameter

from passerby.api import examples_management
from passerby.api.access import access_at_once
from passerby.api.describe import changing
from passerby.dialects import registry
from passerby.dialects.contract import Call, Outcome, Request, RequestFault
from passerby.dialects.samples import TESTER, SampleCall
from passerby.projects.store import Key, ProjectSettings
from passerby.services.access import Access
from passerby.services.errors import ErrorCode, not_found
from passerby.services.management_answers import SourceTested

if TYPE_CHECKING:
    Name = str
else:  # the registry is known to the program only, and a type checker takes no computed Literal
    Name = Literal[tuple(registry.NAMED)]

Dialect = Annotated[Name, PathParameter(description="The dialect.")]


@post(
    "/sources/{dialect:str}/test",
    operation_id="sendTestEvent",
    summary="Send a test event",
    description="Sends one documented call with the project's own key through the handling of the dialect, and tells "
    f"what became of it. The event is kept, on the test profile `{TESTER}`. 404 where the project has no key "
    "for this dialect.",
    tags=["Live"],
    status_code=200,
    dependencies={"access": Provide(access_at_once, sync_to_thread=False)},
    responses=changing(SourceTested, examples_management.TESTED, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND),
)
async def send_test_event(access: NamedDependency[Access], dialect: Dialect) -> SourceTested:
    return await access.run(tested, access, dialect)


def tested(access: Access, dialect: str) -> SourceTested:
    """What became of a test event of this dialect. Raises ApiError where the project has no key for it."""
    with access.desk.policies() as store:
        project = store.project_numbered(access.project)
        now = access.desk.now()
        keys = {key.kind: key for key in store.keys(project) if key.works(now)}
    sample = registry.NAMED[dialect].test_call({kind: key.value for kind, key in keys.items() if key.value})
    call = registry.match(sample.path.partition("?")[0]) if sample else None
    if sample is None or call is None:
        raise not_found(f"{dialect} key of this project")
    outcome = _outcome(access, call, sample, _Keys(project.id, keys, project.settings))
    if outcome.messages:
        counts = Counter(message.project for message in outcome.messages)
        with access.desk.sender() as log:
            log.append([msgspec.json.encode(message) for message in outcome.messages], counts, access.desk.now())
    return SourceTested(
        dialect=dialect,
        call=call.name,
        status=outcome.reply.status,
        answer=outcome.reply.body.decode("utf-8", "replace"),
        message_ids=[message.id for message in outcome.messages],
    )


def _outcome(access: Access, call: Call, sample: SampleCall, keys: _Keys) -> Outcome:
    headers = {"user-agent": "Passerby", **{name.lower(): value for name, value in sample.http_headers().items()}}
    path, _, query = sample.path.partition("?")
    request = Request(
        "POST",
        path,
        query,
        headers,
        msgspec.json.encode(sample.body),
        access.desk.now(),
        "",
        lambda: str(uuid_utils.uuid7()),
    )
    try:
        return call.handle(request, call.parameters, keys)
    except RequestFault as fault:
        return Outcome(call.fault(fault.fault, fault.detail))


class _Keys:
    """The keys of one project. Its secrets are stored hashed: whoever may manage the project need not show them."""

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
