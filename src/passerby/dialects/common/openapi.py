"""Parts of the OpenAPI description shared by all dialects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from passerby.dialects.contract import Fault, Reply

OF_ANY_CALL: Final = (
    Fault.TOO_LARGE,
    Fault.BAD_ENCODING,
    Fault.NOT_UTF8,
    Fault.NOT_JSON,
    Fault.TOO_DEEP,
    Fault.TOO_MANY_ATTRIBUTES,
    Fault.TOO_SLOW,
    Fault.RATE_LIMITED,
    Fault.OVERLOADED,
    Fault.UNAVAILABLE,
)
"""Faults of a request to an existing call with a valid key."""

DESCRIPTIONS: Final = {
    400: "The request is invalid; nothing of it is stored.",
    401: "The key is missing or unknown.",
    404: "The account does not exist.",
    408: "The request did not arrive in time.",
    413: "The body is too large.",
    429: "Too many requests, or the server is overloaded.",
    503: "The server cannot store requests at present.",
}

RETRY_AFTER: Final = {
    "Retry-After": {
        "description": "Seconds to wait before the next attempt.",
        "schema": {"type": "integer", "minimum": 0},
    }
}


def content(schema: Mapping[str, Any], examples: Mapping[str, Any]) -> dict[str, Any]:
    """Return JSON content with this schema and these examples by name."""
    named = {name: {"value": value} for name, value in examples.items()}
    return {"application/json": {"schema": schema, "examples": named}}


def body(schema: Mapping[str, Any], examples: Mapping[str, Any]) -> dict[str, Any]:
    """Return a required request body."""
    return {"required": True, "content": content(schema, examples)}


def answer(description: str, schema: Mapping[str, Any], examples: Mapping[str, Any]) -> dict[str, Any]:
    """Return one response of a call."""
    return {"description": description, "content": content(schema, examples)}


def error_responses(
    fault: Callable[[Fault, str], Reply],
    schema: Mapping[str, Any],
    faults: tuple[Fault, ...],
    examples: Mapping[int, Mapping[str, Any]],
    headers: Mapping[int, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the error responses by status: the dialect's real answers to `faults`, and further `examples`."""
    found = {status: dict(named) for status, named in examples.items()}
    for what in faults:
        reply = fault(what, "")
        found.setdefault(reply.status, {})[what.value] = msgspec.json.decode(reply.body)
    answers = {}
    for status, named in sorted(found.items()):
        answers[str(status)] = answer(DESCRIPTIONS[status], schema, named)
        if status in headers:
            answers[str(status)]["headers"] = dict(headers[status])
    return answers
