"""Reads the fields of an event from a body or a query.

In a query objects and arrays are JSON texts. Bodies with such texts in them are read alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

from passerby.dialects.common.body import ATTRIBUTE_LIMIT, decode
from passerby.dialects.common.ids import id_problem, read_id
from passerby.dialects.contract import Fault, Request, RequestFault

ID_LIMIT: Final = 512
"""The most characters that an id may have. The vendor names no limit."""
NAME_LIMIT: Final = 512
"""The most characters of category, action and name."""

REMEMBERED: Final = 1_024
"""How many queries of POSTs are remembered: a source has a handful of them."""
REMEMBERED_LENGTH: Final = 256
"""Characters; a longer one has more in it than the ids of a source."""


class Invalid(Exception):
    """The event cannot be taken; the text says why."""


def read_query(query: str) -> Mapping[str, str]:
    """The parameters of a query; of two of one name the last. Raises RequestFault."""
    return _remembered(query) if len(query) <= REMEMBERED_LENGTH else _parse(query)


def _parse(query: str) -> Mapping[str, str]:
    try:
        text = query.encode("latin-1").decode() if not query.isascii() else query
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=ATTRIBUTE_LIMIT))
    except UnicodeDecodeError:
        raise RequestFault(Fault.NOT_UTF8, "query_not_utf8") from None
    except ValueError:
        raise RequestFault(Fault.TOO_MANY_ATTRIBUTES, "query_attributes") from None


_remembered = lru_cache(REMEMBERED)(_parse)


def id_of(fields: Mapping[str, Any], field: str) -> str:
    """The id in a field, or "" where there is none. Raises Invalid."""
    value = read_id(fields.get(field), ID_LIMIT)
    if value is None:
        raise Invalid(f"{field} {id_problem(fields[field], ID_LIMIT)}.")
    return value


def object_of(fields: Mapping[str, Any], field: str, request: Request) -> dict[str, Any]:
    """The object in a field, empty where there is none. PHP encodes an empty object as `[]`. Raises Invalid."""
    value = one_of(member(fields, field, request))
    if type(value) is dict:
        return value
    if value is None or value == []:
        return {}
    raise Invalid(f"{field} must be an object.")


def one_of(value: Any) -> Any:
    """The object in an array of one object, as senders put it that take the field for a list; else the value."""
    return value[0] if type(value) is list and len(value) == 1 and type(value[0]) is dict else value


def member(fields: Mapping[str, Any], field: str, request: Request) -> Any:
    """A value that may be a JSON text. Raises Invalid, and RequestFault for one too deep or too rich."""
    value = fields.get(field)
    if type(value) is not str:
        return value
    if not value or value.isspace():
        return None
    try:
        return decode(value.encode(), "", request)
    except RequestFault as fault:
        if fault.fault is Fault.NOT_JSON:
            raise Invalid(f"{field} must be JSON.") from None
        raise
