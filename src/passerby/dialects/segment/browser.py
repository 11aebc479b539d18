"""Settings that SDKs fetch at startup: the address to send events to, and no destinations to load.

- Segment, analytics-next: `GET {cdnURL}/v1/projects/{writeKey}/settings`. Without `apiHost` in the answer it sends
  every event to Segment, and without a sample rate of 0 its metrics, too.
- Customer.io, cdp-analytics-browser: the same path below `/customerio`, where the answer names Customer.io's
  integration. Both in one answer make either SDK load a bundle for destinations, which does not exist here.
- RudderStack: `GET {configUrl}/sourceConfig/`. Its browser SDK does not start without it; the mobile SDKs also read
  `dataplanes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from passerby.dialects.common.answers import NO_STORE
from passerby.dialects.contract import Call, Credentials, Fault, Outcome, Reply, Request, RequestFault
from passerby.dialects.segment.address import public_address
from passerby.dialects.segment.calls import EVENT_LIMIT, error_response, fault
from passerby.dialects.segment.keys import KEY, KEY_KIND, NAME, key_in_header, key_in_query

PREFIX: Final = "/v1/projects/"
CUSTOMERIO_PREFIX: Final = f"/customerio{PREFIX}"
SETTINGS: Final = "settings"
SOURCE_CONFIG: Final = "/sourceConfig"

SEGMENT_INTEGRATION: Final = "Segment.io"
CUSTOMERIO_INTEGRATION: Final = "Customer.io Data Pipelines"
"""The integration through which the SDK sends events, by its name in the SDK's code."""

UNKNOWN_PROJECT: Final = error_response(404, Fault.UNKNOWN_KEY)
BAD_HOST: Final = Reply(
    400,
    msgspec.json.encode(
        {
            "code": "bad_host",
            "message": "The Host header names no valid host; set edge.public_url to the public address.",
        }
    ),
)


def match(path: str) -> Call | None:
    """Return the call for settings with this path, or None."""
    if path == SOURCE_CONFIG:  # the registry has removed the slash with which SDKs send it
        return _SOURCE_CONFIG_CALL
    for prefix, integration in ((PREFIX, SEGMENT_INTEGRATION), (CUSTOMERIO_PREFIX, CUSTOMERIO_INTEGRATION)):
        if path.startswith(prefix):
            key, _, rest = path[len(prefix) :].partition("/")
            return _call(SETTINGS, partial(settings, integration), "GET", {KEY: key}) if rest == SETTINGS else None
    return None


def settings(integration: str, request: Request, parameters: Mapping[str, str], credentials: Credentials) -> Outcome:
    """Return the settings of a project without destinations, for the SDK that sends through this integration."""
    key = parameters[KEY]
    if credentials.project(KEY_KIND, key) is None:
        return Outcome(UNKNOWN_PROJECT)
    address = public_address(request)
    if address is None:
        return Outcome(BAD_HOST)
    sending = {"apiKey": key, "apiHost": f"{address.host}/v1", "protocol": address.scheme}
    return _answer(
        {"integrations": {integration: sending}, "metrics": {"sampleRate": 0}, "plan": {}, "edgeFunction": {}}
    )


def source_config(request: Request, _parameters: Mapping[str, str], credentials: Credentials) -> Outcome:
    """Return RudderStack's source configuration without destinations. The write key is in the header or the query."""
    keys = (key_in_header(request.headers.get("authorization", "")), key_in_query(request.query))
    key = next((key for key in keys if credentials.project(KEY_KIND, key) is not None), None)
    if key is None:
        raise RequestFault(Fault.UNKNOWN_KEY)
    off = {"enabled": False}  # RudderStack's own telemetry
    source: dict[str, Any] = {
        "id": "passerby",
        "name": "Passerby",
        "writeKey": key,
        "enabled": True,
        "workspaceId": "passerby",
        "updatedAt": "1970-01-01T00:00:00.000Z",
        "config": {"statsCollection": {"errors": off, "metrics": off}},
        "destinations": [],
        "connections": [],
    }
    address = public_address(request)
    if address is not None and address.certain:  # a guessed one would override the address that the app has configured
        planes = [{"url": address.url, "default": True}]
        source["dataplanes"] = {"US": planes, "EU": planes}
    return _answer({"source": source})


def _answer(body: dict[str, Any]) -> Outcome:
    """Return settings as an uncached response, because they depend on the address of the request."""
    return Outcome(Reply(200, msgspec.json.encode(body), headers=(NO_STORE,)))


_Handle = Callable[[Request, Mapping[str, str], Credentials], Outcome]


def _call(name: str, handle: _Handle, methods: str, parameters: Mapping[str, str]) -> Call:
    return Call(
        dialect=NAME,
        name=name,
        methods=frozenset(methods.split(", ")),
        body_limit=EVENT_LIMIT,
        parameters=parameters,
        handle=handle,
        fault=partial(fault, methods),
    )


_SOURCE_CONFIG_CALL: Final = _call("sourceConfig", source_config, "GET, HEAD", {})
