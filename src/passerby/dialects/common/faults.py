"""Status and text of the edge's faults, shared by all dialects. Each dialect formats them as the vendor's errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, NoReturn

from passerby.dialects.common.body import ATTRIBUTE_LIMIT, DEPTH_LIMIT
from passerby.dialects.contract import Credentials, Fault, Request, RequestFault

ANY_METHOD: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""Methods of an unknown path: it is answered with 404 for every method, never 405."""


class Answer(NamedTuple):
    """Status and text of a fault without a detail."""

    status: int
    text: str


ANSWERS: Final[Mapping[Fault, Answer]] = {
    Fault.UNKNOWN_PATH: Answer(404, "There is no such call."),
    Fault.METHOD_NOT_ALLOWED: Answer(405, "This call takes another method; see the Allow header."),
    Fault.UNKNOWN_KEY: Answer(401, "This key is unknown."),
    Fault.TOO_LARGE: Answer(413, "The body is larger than this call takes."),
    Fault.BAD_ENCODING: Answer(400, "The body cannot be unpacked as its Content-Encoding says."),
    Fault.NOT_UTF8: Answer(400, "The body is not UTF-8."),
    Fault.NOT_JSON: Answer(400, "The body is not JSON."),
    Fault.TOO_DEEP: Answer(400, f"The body is nested more than {DEPTH_LIMIT} levels deep."),
    Fault.TOO_MANY_ATTRIBUTES: Answer(400, f"There are more than {ATTRIBUTE_LIMIT:,} attributes."),
    Fault.TOO_SLOW: Answer(408, "The request took too long to arrive."),
    Fault.RATE_LIMITED: Answer(429, "Too many requests in this minute; Retry-After says when to go on."),
    Fault.OVERLOADED: Answer(429, "Too much is waiting to be stored; try again in a moment."),
    Fault.UNAVAILABLE: Answer(503, "Nothing can be stored at present; try again later."),
}


def text(fault: Fault, detail: str) -> str:
    """Return the text of a fault, followed by the detail if there is one."""
    words = ANSWERS[fault].text
    return f"{words} {detail.rstrip('.')}." if detail else words


def no_such_call(_request: Request, _parameters: Mapping[str, str], _credentials: Credentials) -> NoReturn:
    """Handle an unknown path below a vendor's prefix. Raises RequestFault (UNKNOWN_PATH)."""
    raise RequestFault(Fault.UNKNOWN_PATH)
