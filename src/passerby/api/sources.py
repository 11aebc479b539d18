"""A test event: one documented call through the very handling that the ingest port has for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

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
from passerby.profiles import testing
from passerby.projects.store import Key, ProjectSettings
from passerby.services.access import Access
from passerby.services.errors import ErrorCode, not_found
from passerby.services.management_answers import SourceTested

EVENT = "Passerby Test"
"""The name of the event, where the vendor lets events be named freely."""
WHO = testing.PREFIX
"""The user: always the same, so that all tests together make one test profile."""

Dialect = Annotated[
    Literal["crossengage", "webengage", "customerlabs", "antsomi", "segment"], PathParameter(description="The dialect.")
]


class Sample(NamedTuple):
    """A call: path, query and body, and the user name of HTTP's basic authentication."""

    path: str
    body: Any
    query: str = ""
    header: str = ""


@post(
    "/sources/{dialect:str}/test",
    operation_id="sendTestEvent",
    summary="Send a test event",
    description="Sends one documented call with the project's own key through the handling of the dialect, and tells "
    f"what became of it. The event is kept, on the test profile `{WHO}`. 404 where the project has no key "
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
    sample = _sample(dialect, keys)
    call = registry.match(sample.path) if sample else None
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


def _outcome(access: Access, call: Call, sample: Sample, keys: _Keys) -> Outcome:
    headers = {"content-type": "application/json", "user-agent": "Passerby", "authorization": sample.header}
    request = Request(
        "POST",
        sample.path,
        sample.query,
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


def _sample(dialect: str, keys: Mapping[str, Key]) -> Sample | None:
    """A documented call of a dialect with these keys; None where one is missing."""
    try:
        return _SAMPLES[dialect]({kind: key.value or "" for kind, key in keys.items()})
    except KeyError:
        return None


def _crossengage(keys: Mapping[str, str]) -> Sample:
    path = f"/api/v1/mobile/{keys['crossengage.mobile_api_key']}/track"
    return Sample(path, {"mobileId": WHO, "type": "track", "event": EVENT, "properties": {"test": True}})


def _webengage(keys: Mapping[str, str]) -> Sample:
    path = f"/v1/accounts/{keys['webengage.license_code']}/events"
    body = {"userId": WHO, "eventName": EVENT, "eventData": {"test": True}}
    return Sample(path, body, header="Bearer " + WHO)


def _customerlabs(keys: Mapping[str, str]) -> Sample:
    return Sample(keys["customerlabs.webhook_path"], {"event_name": EVENT, "email": f"{WHO}@example.com", "test": True})


def _antsomi(keys: Mapping[str, str]) -> Sample:
    query = f"portal_id={keys['antsomi.portal_id']}&prop_id={keys['antsomi.prop_id']}&resp_type=json"
    body = {"uid": WHO, "ec": "test", "ea": "passerby", "dims": {"customers": {"customer_id": WHO}}}
    return Sample("/event", body, query)


def _segment(keys: Mapping[str, str]) -> Sample:
    body = {"userId": WHO, "event": EVENT, "properties": {"test": True}, "writeKey": keys["segment.write_key"]}
    return Sample("/v1/track", body)


_SAMPLES = {
    "crossengage": _crossengage,
    "webengage": _webengage,
    "customerlabs": _customerlabs,
    "antsomi": _antsomi,
    "segment": _segment,
}
