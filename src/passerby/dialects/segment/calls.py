"""The calls of Segment's HTTP Tracking API: authentication, items and responses.

Source: Segment, HTTP Tracking API. Each call has one *item*, `batch` several; the short paths are those of the browser
SDK. The content type is ignored: bodies are JSON under any. Every readable request is answered with 200, even if its
items are invalid (see `items`).

The write key is public. A known key in the header takes precedence over the key in the body: with OAuth the header
contains a token, which is not the key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from passerby.dialects.common.answers import ANSWERS, text
from passerby.dialects.common.body import decode
from passerby.dialects.common.lenient import RECORD_LIMIT, RefusedRecord
from passerby.dialects.common.times import read_iso_or_epoch
from passerby.dialects.common.values import object_of
from passerby.dialects.contract import Call, Credentials, Fault, Outcome, Reply, Request, RequestFault
from passerby.dialects.segment.facts import missing
from passerby.dialects.segment.forms import FORM_TYPE, read_form
from passerby.dialects.segment.items import Envelope, invalid, read
from passerby.dialects.segment.keys import KEY, KEY_KIND, NAME, key_in_header, key_in_query

PREFIX: Final = "/v1/"
IMPORT: Final = "/v1/import"
"""The batch of Segment's libraries for Java, Ruby, .NET and Android."""
BEACON: Final = "/beacon/v1/batch"
"""The batch that RudderStack's browser SDK hands to `sendBeacon`, with its key in the query."""
_KEY: Final = KEY.encode()
"""A body without this text has no key and is not parsed for one."""

EVENT_LIMIT: Final = 32 * 1024
"""Bytes of an item, alone or in a batch (HTTP Tracking API, max request size)."""
BATCH_LIMIT: Final = 4_000 * 1024
"""Bytes of a batch: the limit of RudderStack (rudder-server, `Gateway.maxReqSizeInKB`), whose SDKs call here, too.
Segment's own is 500 KB, which its React Native library exceeds."""
SHARED_LIMIT: Final = BATCH_LIMIT
"""Bytes that the context and integrations of a batch may come to in all of its items together."""
METRICS_LIMIT: Final = 500 * 1024
"""Bytes of the browser SDK's metrics."""
ITEM_LIMIT: Final = 5_000
"""Items in a batch. The vendor names no limit; at this one an item has a hundred bytes, fewer than any SDK sends."""

TYPES: Final = ("identify", "track", "page", "screen", "group", "alias")
"""The calls with one item."""


def match(path: str) -> Call | None:
    """Return the call for items or for the SDK's metrics with this path, or None."""
    return _CALLS.get(path)


def fault(method: str, what: Fault, detail: str = "") -> Reply:
    """Format a fault of a call with this method. SDKs read `code` and `message`.

    A body too large is 400 (HTTP Tracking API, errors).
    """
    status = 400 if what is Fault.TOO_LARGE else ANSWERS[what].status
    headers = (("Allow", method),) if what is Fault.METHOD_NOT_ALLOWED else ()
    return error_response(status, what, detail, headers)


def single(type_: str, request: Request, _parameters: Mapping[str, str], credentials: Credentials) -> Outcome:
    """Handle a call with one item. The path determines its type; a `type` in the body is ignored."""
    body, project = _authorised(request, credentials)
    message = read(body, type_, Envelope(request, project, credentials))
    return Outcome(_SUCCESS, [] if message is None else [message])


def _batch(request: Request, _parameters: Mapping[str, str], credentials: Credentials) -> Outcome:
    """Handle a batch. Each item is an independent message."""
    body, project = _authorised(request, credentials, "batch")
    items = body.get("batch") if type(body) is dict else None
    if type(items) is not list:
        return Outcome(_SUCCESS, [invalid(body, missing("batch"), Envelope(request, project, credentials))])
    if len(items) > ITEM_LIMIT:
        raise RequestFault(Fault.TOO_LARGE, "batch_items", limit=ITEM_LIMIT)
    # The vendor's limit is per item. A small body cannot contain one that is too large, and is not encoded again.
    for index, item in enumerate(items if len(request.body) > EVENT_LIMIT else ()):
        if type(item) is not RefusedRecord and len(encoded := msgspec.json.encode(item)) > EVENT_LIMIT:
            items[index] = RefusedRecord(Fault.TOO_LARGE, encoded[:RECORD_LIMIT].decode(errors="ignore"))
    context, integrations = object_of(body.get("context")) or {}, object_of(body.get("integrations")) or {}
    if context or integrations:
        # Each item gets a copy of both, so a small body could otherwise become gigabytes in the log.
        copied = len(items) * sum(len(msgspec.json.encode(each)) for each in (context, integrations))
        if copied > SHARED_LIMIT:
            raise RequestFault(Fault.TOO_LARGE, "shared_size", limit=SHARED_LIMIT, items=len(items))
    envelope = Envelope(request, project, credentials, read_iso_or_epoch(body.get("sentAt")), context, integrations)
    messages = []
    for item in items:
        message = read(item, item.get("type") if type(item) is dict else None, envelope)
        if message is not None:
            messages.append(message)
    return Outcome(_SUCCESS, messages)


def _authorised(request: Request, credentials: Credentials, records: str = "") -> tuple[Any, int]:
    """Return the body, and the project of the request's key. Raises RequestFault."""
    project = credentials.project(KEY_KIND, key_in_header(request.headers.get("authorization", "")))
    if project is None and request.query:
        project = credentials.project(KEY_KIND, key_in_query(request.query))
    # Without decoding it: clients without a key cannot have large bodies decoded.
    if project is None and _KEY not in request.body and not _is_form(request):
        raise RequestFault(Fault.UNKNOWN_KEY)
    try:
        body = decode(request.body, records, request)  # JSON under any content type
    except RequestFault as found:
        if found.fault is not Fault.NOT_JSON or not _is_form(request):
            raise
        try:
            body = read_form(request.body.decode(), records, request)
        except UnicodeDecodeError:
            raise RequestFault(Fault.NOT_UTF8) from None
    if project is None:
        key = body.get(KEY) if type(body) is dict else None
        project = credentials.project(KEY_KIND, key) if type(key) is str else None
    if project is None:
        raise RequestFault(Fault.UNKNOWN_KEY)
    return body, project


def _is_form(request: Request) -> bool:
    """Return whether the body is a form by its content type. A form may hold the key in base64."""
    return request.headers.get("content-type", "").startswith(FORM_TYPE)


def error_response(status: int, what: Fault, detail: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """Return an error response in Segment's form."""
    body = {"code": what.value, "message": text(what, detail)}
    return Reply(status, msgspec.json.encode(body), headers=headers)


_SUCCESS: Final = Reply(200, b'{"success":true}')

_Handle = Callable[[Request, Mapping[str, str], Credentials], Outcome]


def _call(name_: str, handle: _Handle, body_limit: int) -> Call:
    return Call(
        dialect=NAME,
        name=name_,
        methods=frozenset({"POST"}),
        body_limit=body_limit,
        parameters={},
        handle=handle,
        fault=partial(fault, "POST"),
        sniff_gzip=True,  # some SDKs send gzip without a Content-Encoding
    )


_NAMED: Final = (
    *(_call(type_, partial(single, type_), EVENT_LIMIT) for type_ in TYPES),
    _call("batch", _batch, BATCH_LIMIT),
)
_CALLS: Final[Mapping[str, Call]] = {
    # The short path of a call is its first letter.
    **{f"{PREFIX}{name}": call for call in _NAMED for name in (call.name, call.name[0])},
    IMPORT: _call("import", _batch, BATCH_LIMIT),
    BEACON: _call("beacon", _batch, BATCH_LIMIT),
    # The browser SDK's own metrics are accepted and discarded.
    f"{PREFIX}m": _call("metrics", lambda *_: Outcome(_SUCCESS), METRICS_LIMIT),
}
