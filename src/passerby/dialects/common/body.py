"""Reads a JSON body within the limits that hold for every dialect (design, "What an edge never lets through").

A body that cannot be read is a `RequestFault`; the dialect checks what a readable one contains, the edge its size. Most
bodies cost only their decoding: the decoder itself checks that they nest no deeper than `SHALLOW`, and attributes are
counted only where the number of colons says that there could be too many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from passerby.dialects.common.lenient import ELEMENTS, RefusedRecord, read, record_texts
from passerby.dialects.contract import Fault, Request, RequestFault

BODY_LIMIT = 1 << 20
"""Bytes of a call with one record (design, as above), where the vendor names no limit."""
BULK_BODY_LIMIT = 5 << 20
"""Bytes of a call with several records, likewise."""

DEPTH_LIMIT = 64
"""Maximum nesting of objects and arrays, including the outermost one."""

SHALLOW = 8
"""Bodies that nest no deeper than this are decoded in one pass; the depth of others is measured after a second one. In
a batch the values of an event's properties are at 4, those of its products at 6."""

ATTRIBUTE_LIMIT = 1_000
"""Maximum number of members of all objects of a body; in bulk calls, of each record."""

RECORD_LIMIT = 5_000
"""Records of a body that are checked individually. Every dialect rejects calls with more."""

SHORTEST_RICH = 4 * ATTRIBUTE_LIMIT
"""Bytes: no shorter body has more attributes, because `"":0` is as short as one gets."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_decode = msgspec.json.Decoder().decode


# The type of JSON values that nest no deeper than `SHALLOW`: msgspec checks it while it decodes.
_shallow: Any = str | int | float | bool | None
for _ in range(SHALLOW):
    _shallow = str | int | float | bool | dict[str, _shallow] | list[_shallow] | None

_decode_shallow = msgspec.json.Decoder(_shallow).decode
"""Reads what `_decode` reads, to the same values, if it nests no deeper than `SHALLOW`; as fast."""


def read_body(request: Request, records: str = "", others: str = "") -> Any:
    """Decode the body of a request: see `decode`."""
    return decode(request.body, records, request, others)


def decode(body: bytes, records: str = "", request: Request | None = None, others: str = "") -> Any:
    """Decode a JSON body. Raises RequestFault if it is not JSON in UTF-8, too deep, or has too many attributes.

    `records` names the top-level member that holds the records of a bulk call, or is `ELEMENTS`: then the limits are
    for each record, and one that exceeds them is a `RefusedRecord`. `others` names a second such member, of which a
    record that exceeds the limits refuses the body. Half of a surrogate pair is U+FFFD. A number that
    cannot be represented is an `Unreadable`, and `request` is marked as holding one.
    """
    try:
        value = _decode_shallow(body)
    except (UnicodeDecodeError, msgspec.DecodeError):
        value = _decode_deep(body, records, request)
        # Here alone: what the shallow decoder reads is not too deep.
        if _is_deep(value):
            _check(value, body, (records, others), Fault.TOO_DEEP, _is_deep)
    # Each attribute has a colon, so counting them in the bytes spares nearly every body the traversal.
    if len(body) > SHORTEST_RICH and body.count(b":") > ATTRIBUTE_LIMIT:
        _check(value, body, (records, others), Fault.TOO_MANY_ATTRIBUTES, is_rich)
    return value


def _decode_deep(body: bytes, records: str, request: Request | None) -> Any:
    """Decode a body that is malformed or nests deeper than `SHALLOW`. Raises RequestFault."""
    try:
        return _decode(body)
    except RecursionError:
        if not records:
            raise RequestFault(Fault.TOO_DEEP) from None
    except (UnicodeDecodeError, msgspec.DecodeError):
        pass
    # Not by the fast decoder: with a byte order mark, with what parsers disagree about, or no JSON.
    if not body:
        raise RequestFault(Fault.NOT_JSON, "empty_body")
    try:
        text = body.removeprefix(BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError:
        raise RequestFault(Fault.NOT_UTF8) from None
    if request is not None:
        request.unreadable = True
    return read(text, records)


def _check(value: Any, body: bytes, members: tuple[str, str], fault: Fault, is_over: Callable[[Any], bool]) -> None:
    """Reject what exceeds a limit: single records of a bulk call, or the whole body. Raises RequestFault."""
    records = members[0]
    rest, found = _parts(value, records)
    envelope, second = _parts(rest, members[1])
    if is_over(envelope) or any(map(is_over, second[:RECORD_LIMIT])):
        raise RequestFault(fault)
    over = [index for index, record in enumerate(found[:RECORD_LIMIT]) if is_over(record)]
    if over:
        texts = record_texts(body.removeprefix(BYTE_ORDER_MARK).decode(), records)
        for index in over:
            found[index] = RefusedRecord(fault, texts[index])


def _parts(value: Any, records: str) -> tuple[Any, list[Any]]:
    """Split a bulk call into its other members and its records. Any other body has no records."""
    if records == ELEMENTS and type(value) is list:
        return None, value
    if not records or type(value) is not dict or type(value.get(records)) is not list:
        return value, []
    return {name: member for name, member in value.items() if name != records}, value[records]


def _is_deep(value: Any) -> bool:
    return any(depth > DEPTH_LIMIT for depth, _ in enumerate(_levels(value), 1))


def is_rich(value: Any) -> bool:
    """Return whether a value has too many attributes."""
    return sum(len(node) for level in _levels(value) for node in level if type(node) is dict) > ATTRIBUTE_LIMIT


def _levels(value: Any) -> Iterator[list[Any]]:
    """Yield the objects and arrays of a value by depth. Iterative, because clients choose the depth."""
    level = [value] if type(value) is dict or type(value) is list else []
    while level:
        yield level
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
