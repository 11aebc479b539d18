"""Parts of the dialects' answers: status and text of the edge's faults, and the picture for an `<img>` element.

Each dialect formats the faults as the vendor's errors.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Final, NamedTuple, NoReturn

from passerby.dialects.common.body import ATTRIBUTE_LIMIT, DEPTH_LIMIT
from passerby.dialects.contract import Credentials, Fault, Reply, Request, RequestFault

ANY_METHOD: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""Methods of an unknown path: it is answered with 404 for every method, never 405."""

NO_STORE: Final = ("Cache-Control", "no-store")
"""A GET that a browser or proxy answers from its cache is a lost event."""

GIF: Final = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""One transparent pixel."""


class Answer(NamedTuple):
    """Status and text of a fault without a detail."""

    status: int
    text: str


ANSWERS: Final[Mapping[Fault, Answer]] = {
    Fault.UNKNOWN_PATH: Answer(404, "There is no such call."),
    Fault.METHOD_NOT_ALLOWED: Answer(405, "Method not allowed; see the Allow header."),
    Fault.UNKNOWN_KEY: Answer(401, "This key is unknown."),
    Fault.TOO_LARGE: Answer(413, "The body is too large for this call."),
    Fault.BAD_ENCODING: Answer(400, "The body cannot be decompressed."),
    Fault.NOT_UTF8: Answer(400, "The request is not UTF-8."),
    Fault.NOT_JSON: Answer(400, "The body is not JSON."),
    Fault.TOO_DEEP: Answer(400, f"The body is nested more than {DEPTH_LIMIT} levels deep."),
    Fault.TOO_MANY_ATTRIBUTES: Answer(400, f"There are more than {ATTRIBUTE_LIMIT:,} attributes."),
    Fault.TOO_SLOW: Answer(408, "The request took too long to arrive."),
    Fault.RATE_LIMITED: Answer(429, "Rate limit exceeded; the Retry-After header says when to retry."),
    Fault.OVERLOADED: Answer(429, "The server is overloaded; try again in a moment."),
    Fault.UNAVAILABLE: Answer(503, "The server cannot store requests at present; try again later."),
}


def text(fault: Fault, detail: str) -> str:
    """Return the text of a fault, followed by the detail if there is one."""
    words = ANSWERS[fault].text
    return f"{words} {detail.rstrip('.')}." if detail else words


def pixel(status: int, *headers: tuple[str, str]) -> Reply:
    """Return the answer to a call that an `<img>` element makes: a transparent GIF, which is never cached."""
    return Reply(status, GIF, "image/gif", (NO_STORE, *headers))


def no_such_call(_request: Request, _parameters: Mapping[str, str], _credentials: Credentials) -> NoReturn:
    """Handle an unknown path below a vendor's prefix. Raises RequestFault (UNKNOWN_PATH)."""
    raise RequestFault(Fault.UNKNOWN_PATH)
