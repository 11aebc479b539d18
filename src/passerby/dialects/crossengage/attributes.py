"""`/users/attributes`: the traits in the project's catalogue, as the vendor lists attributes.

Source: CrossEngage, User Management API v1, attributes. Attributes need not be created: a trait is in the catalogue
from its first value on. Creating one stores nothing and responds with the attribute as it will be listed once a value
arrives (decision 47). Creating an attribute whose values have another type is an error, as is deleting one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs
from zlib import crc32

from passerby.dialects.common.body import read_body
from passerby.dialects.contract import Lookup, LookupResult, Outcome
from passerby.dialects.crossengage.reads import QUERY_LIMIT, STANDARD, is_status
from passerby.dialects.crossengage.rest import NOT_FOUND, Sent, reply

PREFIX: Final = "traits."
"""Prefix of the names of attributes that are not the vendor's own."""
NAME_LIMIT: Final = 200
"""Characters."""
PAGE: Final = 10
MOST: Final = 100
"""Attributes on a page: without `limit`, and at most."""

TYPES: Final[Mapping[str, str]] = {
    "string": "STRING",
    "number": "FLOAT",
    "boolean": "BOOLEAN",
    "date": "DATETIME",
    "array": "ARRAY",
    "object": "OBJECT",
}
"""The vendor's type for each of the catalogue's."""
_NUMBERS: Final = frozenset({"INTEGER", "FLOAT"})
NAMED: Final = (*TYPES.values(), "INTEGER")
"""The types that an attribute can be created with."""


def list_all(sent: Sent) -> Outcome | Lookup:
    """`GET /users/attributes?offset=&limit=`: a page in the order of names. `total` is a string, as the vendor's is."""
    offset, limit = _number(sent, "offset", 0), _number(sent, "limit", PAGE)
    if offset is None or limit is None or not 0 < limit <= MOST:
        return _rejected(sent, f"offset must be a number, and limit one from 1 to {MOST}.")

    def respond(known: LookupResult) -> Outcome:
        found = _listed(known)
        return Outcome(reply(200, {"attributes": found[offset : offset + limit], "total": str(len(found))}))

    return _asked(sent, respond)


def create(sent: Sent) -> Outcome | Lookup:
    """`POST /users/attributes`."""
    body = read_body(sent.request)
    name, type_ = (body.get(field) if type(body) is dict else None for field in ("name", "attributeType"))
    if type(name) is not str or not 0 < len(name.removeprefix(PREFIX)) <= NAME_LIMIT:
        return _rejected(sent, f"name must be a text of at most {NAME_LIMIT} characters.")
    if type(type_) is not str or type_ not in NAMED:
        return _rejected(sent, f"attributeType must be one of {', '.join(NAMED)}.")
    wanted = _attribute(name.removeprefix(PREFIX), type_)

    def respond(known: LookupResult) -> Outcome:
        held = next((each for each in _listed(known) if each["id"] == wanted["id"]), None)
        if held is not None and held["attributeType"] != type_ and not {held["attributeType"], type_} <= _NUMBERS:
            return _rejected(sent, f"{wanted['name']} was received with values of the type {held['attributeType']}.")
        return Outcome(reply(200, wanted))

    return _asked(sent, respond)


def get(sent: Sent) -> Lookup:
    """`GET /users/attributes/{attrId}`."""
    return _asked(sent, lambda known: _of_id(sent, known, lambda attribute: Outcome(reply(200, attribute))))


def delete(sent: Sent) -> Lookup:
    """`DELETE /users/attributes/{attrId}`: 409 for one that exists, because profiles have values of it."""
    words = "The attribute is in use. An administrator deletes it in the data catalog of the console."
    return _asked(sent, lambda known: _of_id(sent, known, lambda _: _rejected(sent, words, status=409)))


def _asked(sent: Sent, respond: Any) -> Lookup:
    return Lookup(sent.project, (), None, respond, attributes=True)


def _of_id(sent: Sent, known: LookupResult, answer: Any) -> Outcome:
    wanted = sent.parameters["attrId"]
    found = next((each for each in _listed(known) if str(each["id"]) == wanted), None)
    result: Outcome = NOT_FOUND if found is None else answer(found)
    return result


def _listed(known: LookupResult) -> list[dict[str, Any]]:
    return [_attribute(name, TYPES[type_]) for name, type_ in known.attributes if not is_status(name)]


def _attribute(name: str, type_: str) -> dict[str, Any]:
    """Return an attribute in the vendor's form. Its id is computed from its name, which is unique."""
    shown = name if name in STANDARD else f"{PREFIX}{name}"
    return {"id": crc32(name.encode()) & 0x7FFF_FFFF, "name": shown, "attributeType": type_}


def _number(sent: Sent, name: str, default: int) -> int | None:
    query = sent.request.query
    given = parse_qs(query).get(name, [str(default)])[0] if len(query) <= QUERY_LIMIT else ""
    return int(given) if given.isascii() and given.isdigit() and len(given) < len("1000000000") else None


def _rejected(sent: Sent, message: str, status: int = 400) -> Outcome:
    return Outcome(reply(status, {"requestId": sent.request.new_id(), "message": message}))
