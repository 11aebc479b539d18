"""Declarations of the responses of routes, with examples and errors, for the OpenAPI description."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from http import HTTPStatus
from itertools import groupby
from typing import Any, get_args

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.types import DataContainerType

from passerby.services.errors import ErrorCode
from passerby.web.auditing import CSV
from passerby.web.errors import MEANING, STATUS, ErrorAnswer, ErrorBody

Examples = Mapping[str, msgspec.Struct]

EVENT_STREAM = "text/event-stream"
_ALWAYS = (
    ErrorCode.UNAUTHORIZED,
    ErrorCode.FORBIDDEN,
    ErrorCode.INTERNAL_ERROR,
    ErrorCode.OVERLOADED,
    ErrorCode.STORE_UNAVAILABLE,
)

_DETAILS: Mapping[ErrorCode, dict[str, Any]] = {
    ErrorCode.INVALID_PARAMETER: {"parameters": [{"name": "limit", "message": "Expected `int` >= 1"}]},
    ErrorCode.ALREADY_UNDONE: {"merge_id": "0199c1e2-7a44-7c1b-9d52-6b1f0a3c8e21"},
    ErrorCode.DEPENDENT_MERGE_EXISTS: {"merge_id": "0199c1e2-9d10-7a86-8f4e-2c7d5b90a413"},
    ErrorCode.FORBIDDEN_MERGE: {"rule": "R3(a): two customers"},
    ErrorCode.LIMIT_EXCEEDED: {"namespace": "email"},
    ErrorCode.NOT_READY: {"checks": {"worker": "the worker's heartbeat is 12 s old"}},
    ErrorCode.STORE_UNAVAILABLE: {"store": "state"},
    ErrorCode.NOT_YET_VISIBLE: {"accepted": 1200, "applied": 1180, "visible": 1150},
}


def reading(answer: DataContainerType, examples: Examples, *codes: ErrorCode) -> dict[int, ResponseSpec]:
    """Return the responses of a route that reads: success, these errors, and those of every such route."""
    return described(answer, examples, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_YET_VISIBLE, *_ALWAYS, *codes)


def changing(
    answer: DataContainerType, examples: Examples, *codes: ErrorCode, success: int = HTTPStatus.OK
) -> dict[int, ResponseSpec]:
    """Return the responses of a route that changes something: as `reading`, without the errors of `wait=`."""
    found = described(answer, examples, *_ALWAYS, *codes)
    return {success if status == HTTPStatus.OK else status: each for status, each in found.items()}


def streaming(item: DataContainerType, examples: Examples, *codes: ErrorCode) -> dict[int, ResponseSpec]:
    """Return the responses of a route that streams server-sent events, each with one such item."""
    found = described(item, examples, ErrorCode.NOT_YET_VISIBLE, *_ALWAYS, *codes)
    shown = [_example(name, example) for name, example in examples.items()]
    found[HTTPStatus.OK] = ResponseSpec(
        item, generate_examples=False, description=_words(item), examples=shown, media_type=EVENT_STREAM
    )
    return found


def table(row: DataContainerType) -> dict[int, ResponseSpec]:
    """Return the responses of a route that reads and answers with CSV."""
    found = reading(row, {})
    found[HTTPStatus.OK] = ResponseSpec(
        str, generate_examples=False, description="A table; the first line has the names of the columns", media_type=CSV
    )
    return found


def described(answer: DataContainerType, examples: Examples, *codes: ErrorCode) -> dict[int, ResponseSpec]:
    """Return the responses of a route: success, and exactly these errors."""
    # Every success is 200, of a POST too: what it creates is in the response and has no address of its own.
    success = _spec(answer, _words(answer), [_example(name, example) for name, example in examples.items()])
    responses = {int(HTTPStatus.OK): success}
    # OpenAPI has one description for each status, and several codes have the same.
    for status, group in groupby(sorted(codes, key=lambda code: (STATUS[code], code)), STATUS.__getitem__):
        found = list(group)
        meanings = " ".join(f"`{code}`: {MEANING[code]}" for code in found)
        bodies = {code: ErrorBody(code=code, message=MEANING[code], details=_DETAILS.get(code, {})) for code in found}
        errors = [_example(code, ErrorAnswer(error=body)) for code, body in bodies.items()]
        responses[int(status)] = _spec(ErrorAnswer, meanings, errors)
    return responses


def _words(answer: DataContainerType) -> str:
    """Return the first sentence of the docstring of each type that the answer may have."""
    return " Or: ".join((inspect.getdoc(each) or "").partition("\n")[0] for each in get_args(answer) or (answer,))


def _spec(container: DataContainerType, description: str, examples: list[Example]) -> ResponseSpec:
    return ResponseSpec(container, generate_examples=False, description=description, examples=examples)


def _example(name: str, value: msgspec.Struct) -> Example:
    return Example(summary=name, value=msgspec.to_builtins(value))
