"""Pixels: calls that an `<img>` element makes, with all fields in the query. Each is answered with a transparent GIF.

Sources: Segment, Tracking Pixel API (`/v1/pixel/{type}`); RudderStack, Pixel API (`/pixel/v1/{type}`). Both vendors
answer 200 in every case. Here the status is that of the other calls; an `<img>` element shows the picture with any.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from passerby.dialects.common.answers import ANSWERS, pixel
from passerby.dialects.contract import Call, Credentials, Fault, Outcome, Reply, Request, RequestFault
from passerby.dialects.segment.calls import EVENT_LIMIT, TYPES
from passerby.dialects.segment.forms import read_form
from passerby.dialects.segment.items import Envelope, read
from passerby.dialects.segment.keys import KEY, KEY_KIND, NAME, key_in_header, key_in_query

SEGMENT_PREFIX: Final = "/v1/pixel/"
RUDDERSTACK_PREFIX: Final = "/pixel/v1/"
RUDDERSTACK_TYPES: Final = ("page", "track")


def match(path: str) -> Call | None:
    """Return the pixel with this path, or None."""
    return _CALLS.get(path)


def fault(what: Fault, _detail: str = "") -> Reply:
    """Format a fault: the status that the other calls have, and the picture."""
    allow = (("Allow", "GET"),) if what is Fault.METHOD_NOT_ALLOWED else ()
    return pixel(400 if what is Fault.TOO_LARGE else ANSWERS[what].status, *allow)


def seen(type_: str, request: Request, _parameters: Mapping[str, str], credentials: Credentials) -> Outcome:
    """Handle an item of this type. Its key is in the query, in a header, or in the item itself."""
    keys = (key_in_query(request.query), key_in_header(request.headers.get("authorization", "")))
    projects = (credentials.project(KEY_KIND, key) for key in keys if key)
    project = next((project for project in projects if project is not None), None)
    try:
        # Some mail programs leave bytes beyond ASCII as they are: UTF-8, which the edge decodes as Latin-1.
        query = request.query if request.query.isascii() else request.query.encode("latin-1").decode()
    except UnicodeDecodeError:
        raise RequestFault(Fault.NOT_UTF8) from None
    item = read_form(query, "", request)
    if type(item) is dict:
        key = item.pop(KEY, None)
        if project is None and type(key) is str:
            project = credentials.project(KEY_KIND, key)
    if project is None:
        raise RequestFault(Fault.UNKNOWN_KEY)
    message = read(item, type_, Envelope(request, project, credentials))
    return Outcome(_SEEN, [] if message is None else [message])


_SEEN: Final = pixel(200)


def _call(type_: str) -> Call:
    return Call(
        dialect=NAME,
        name=f"pixel_{type_}",
        methods=frozenset({"GET"}),
        body_limit=EVENT_LIMIT,
        parameters={},
        handle=partial(seen, type_),
        fault=fault,
    )


_CALLS: Final[Mapping[str, Call]] = {f"{SEGMENT_PREFIX}{type_}": _call(type_) for type_ in TYPES} | {
    f"{RUDDERSTACK_PREFIX}{type_}": _call(type_) for type_ in RUDDERSTACK_TYPES
}
