"""Pieces of an OpenAPI description that the calls of all dialects are made of."""

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
"""The faults that a request to an existing call with a good key can have."""

DESCRIPTIONS: Final = {
    400: "Something in the request is wrong; nothing of it is kept.",
    401: "The key is missing or unknown.",
    404: "There is no such account.",
    408: "The request did not arrive in time.",
    413: "The body is too large.",
    429: "Too many requests, or too much is waiting to be stored.",
    503: "Nothing can be stored at present.",
}

RETRY_AFTER: Final = {
    "Retry-After": {"description": "Seconds to wait before the next try.", "schema": {"type": "integer", "minimum": 0}}
}


def content(schema: Mapping[str, Any], examples: Mapping[str, Any]) -> dict[str, Any]:
    """JSON of this schema, with these examples by name."""
    named = {name: {"value": value} for name, value in examples.items()}
    return {"application/json": {"schema": schema, "examples": named}}


def body(schema: Mapping[str, Any], examples: Mapping[str, Any]) -> dict[str, Any]:
    """The body that a call needs."""
    return {"required": True, "content": content(schema, examples)}


def answer(description: str, schema: Mapping[str, Any], examples: Mapping[str, Any]) -> dict[str, Any]:
    """One possible answer of a call."""
    return {"description": description, "content": content(schema, examples)}


def refusals(
    fault: Callable[[Fault, str], Reply],
    schema: Mapping[str, Any],
    faults: tuple[Fault, ...],
    examples: Mapping[int, Mapping[str, Any]],
    headers: Mapping[int, Mapping[str, Any]],
) -> dict[str, Any]:
    """The answers to refused requests by status: the dialect's own for `faults`, and what `examples` adds."""
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
