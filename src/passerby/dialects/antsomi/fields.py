"""Reads the fields of an event from a body or a query.

In a query, objects and arrays are JSON texts. In a body, such texts are accepted, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

from passerby.dialects.common.body import ATTRIBUTE_LIMIT, decode
from passerby.dialects.common.values import ID_LIMIT, id_problem, read_id
from passerby.dialects.contract import Fault, Request, RequestFault

REMEMBERED: Final = 1_024
"""Size of the cache of queries. The POSTs of a source have a handful of them."""
REMEMBERED_LENGTH: Final = 256
"""Characters. A longer query holds an event, which is not sent again."""


class Invalid(Exception):
    """The event is invalid; the text is the error message."""


def read_query(query: str) -> Mapping[str, str]:
    """Return the parameters of a query; the last of a repeated name. Raises RequestFault."""
    return _remembered(query) if len(query) <= REMEMBERED_LENGTH else _parse(query)


def _parse(query: str) -> Mapping[str, str]:
    try:
        # Bytes beyond ASCII that are not escaped are UTF-8, which the edge decodes as Latin-1.
        text = query.encode("latin-1").decode() if not query.isascii() else query
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=ATTRIBUTE_LIMIT))
    except UnicodeDecodeError:
        raise RequestFault(Fault.NOT_UTF8, "query_not_utf8") from None
    except ValueError:
        raise RequestFault(Fault.TOO_MANY_ATTRIBUTES, "query_attributes") from None


_remembered = lru_cache(REMEMBERED)(_parse)


def id_of(fields: Mapping[str, Any], field: str) -> str:
    """Return the id in a field, "" if absent. Raises Invalid."""
    value = read_id(fields.get(field), ID_LIMIT)
    if value is None:
        raise Invalid(f"{field} {id_problem(fields[field], ID_LIMIT)}.")
    return value


def object_of(fields: Mapping[str, Any], field: str, request: Request) -> dict[str, Any]:
    """Return the object in a field, {} if absent. PHP encodes an empty object as `[]`. Raises Invalid."""
    value = one_of(member(fields, field, request))
    if type(value) is dict:
        return value
    if value is None or value == []:
        return {}
    raise Invalid(f"{field} must be an object.")


def one_of(value: Any) -> Any:
    """Return the object in an array of one object, which some senders make of a single object; else the value."""
    return value[0] if type(value) is list and len(value) == 1 and type(value[0]) is dict else value


def member(fields: Mapping[str, Any], field: str, request: Request) -> Any:
    """Return a value, decoded if it is a JSON text. Raises Invalid, and RequestFault for one beyond a limit."""
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
