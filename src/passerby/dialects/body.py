"""Reads a JSON body within the limits that hold for every dialect (design, "What an edge never lets through").

A body that cannot be read is a `RequestFault`; what a readable body must look like is the dialect's own business. The
size of the body is the edge's. The limits are measured only where a count of the punctuation says that they could be
exceeded, so an everyday body costs its decoding and two or three passes over its bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from passerby.dialects.contract import Fault, RequestFault

DEPTH_LIMIT = 64
"""How deep objects and arrays may be nested; the outermost one is the first."""

ATTRIBUTE_LIMIT = 1_000
"""How many members all objects of a body may have together (of each record, where a call brings several)."""

SHORTEST_RICH = 4 * ATTRIBUTE_LIMIT
"""Bytes: no shorter body has more attributes, because `"":0` is as short as one gets."""

ELEMENTS = "[]"
"""As `records`: the body itself is an array of records."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_decode = msgspec.json.Decoder().decode


def decode(body: bytes, records: str = "") -> Any:
    """The value of a JSON body. Raises RequestFault for one that is not JSON in UTF-8, too deep or too rich.

    `records` names the top-level member that holds the records of a bulk call, or is `ELEMENTS`: then the limit of
    attributes is for each record.
    """
    value = _parse(body)
    if body.count(b"{") + body.count(b"[") > DEPTH_LIMIT:
        _check_depth(value)
    if len(body) > SHORTEST_RICH and body.count(b":") > ATTRIBUTE_LIMIT:
        _check_attributes(value, records)
    return value


def _parse(body: bytes) -> Any:
    try:
        return _decode(body)
    except RecursionError:
        raise RequestFault(Fault.TOO_DEEP) from None
    except UnicodeDecodeError:
        raise RequestFault(Fault.NOT_UTF8) from None
    except msgspec.DecodeError as error:
        return _parse_again(body, error)


def _parse_again(body: bytes, error: msgspec.DecodeError) -> Any:
    """A second look at what the decoder refused: past a byte order mark, or for the more fitting fault."""
    if body.startswith(BYTE_ORDER_MARK):
        return _parse(body[len(BYTE_ORDER_MARK) :])
    try:
        body.decode()
    except UnicodeDecodeError:
        raise RequestFault(Fault.NOT_UTF8) from None
    raise RequestFault(Fault.NOT_JSON, str(error) if body else "The body is empty") from None


def _check_depth(value: Any) -> None:
    if any(depth > DEPTH_LIMIT for depth, _ in enumerate(_levels(value), 1)):
        raise RequestFault(Fault.TOO_DEEP)


def _check_attributes(value: Any, records: str) -> None:
    for part in _parts(value, records):
        if _attributes(part) > ATTRIBUTE_LIMIT:
            raise RequestFault(Fault.TOO_MANY_ATTRIBUTES)


def _parts(value: Any, records: str) -> Iterator[Any]:
    """The body itself; or, of a bulk call, each record, and what is beside the records."""
    if records == ELEMENTS and type(value) is list:
        yield from value
        return
    if not records or type(value) is not dict or type(value.get(records)) is not list:
        yield value
        return
    yield {name: member for name, member in value.items() if name != records}
    yield from value[records]


def _attributes(value: Any) -> int:
    return sum(len(node) for level in _levels(value) for node in level if type(node) is dict)


def _levels(value: Any) -> Iterator[list[Any]]:
    """The objects and arrays of a value, one depth at a time. Not recursive: the depth is the sender's choice."""
    level = [value] if type(value) is dict or type(value) is list else []
    while level:
        yield level
        level = [inner for outer in level for inner in _members(outer) if type(inner) is dict or type(inner) is list]


def _members(node: Any) -> Any:
    return node.values() if type(node) is dict else node
