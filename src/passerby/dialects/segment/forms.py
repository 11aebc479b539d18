"""Reads items that are not a JSON body: the query of a pixel, and form bodies.

`data` holds the item as JSON, plain or in base64 (Segment, Tracking Pixel API). Without `data`, each field is a member
of the item, and dots or brackets in its name lead into objects: `properties.subject`, `context[page][path]`
(RudderStack, Pixel API; the same page of Segment). Empty fields are ignored: AMP sends "" for unknown values.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any, Final
from urllib.parse import parse_qsl

from passerby.dialects.common.body import ATTRIBUTE_LIMIT, DEPTH_LIMIT, decode
from passerby.dialects.contract import Fault, Request, RequestFault

DATA: Final = "data"
FORM_TYPE: Final = "application/x-www-form-urlencoded"

IDS: Final = ("userId", "anonymousId")
"""Fields whose values some pages quote, as AMP does with its client id."""

_BRACKET: Final = re.compile(r"\[([^\[\]]*)\]")
_URL_SAFE: Final = str.maketrans("-_ ", "+/+")
"""A plus sign that was not escaped arrives as a space."""


def read_form(text: str, records: str = "", request: Request | None = None) -> Any:
    """Return the item, or batch, in a query or form body. Other parameters as for `decode`. Raises RequestFault."""
    fields = parse(text)
    if DATA in fields:
        data = fields[DATA]
        if data.lstrip()[:1] in {"{", "["}:
            return decode(data.encode(), records, request)
        try:
            packed = data.strip().translate(_URL_SAFE).rstrip("=")
            # Padding is optional in URL-safe base64, and lost by some clients: it is computed.
            unpacked = b64decode(packed + "=" * (-len(packed) % 4), validate=True)
        except ValueError:
            raise RequestFault(Fault.NOT_JSON, "data_not_json") from None
        return decode(unpacked, records, request)
    item: dict[str, Any] = {}
    for name, value in fields.items():
        *path, last = _BRACKET.sub(r".\1", name).split(".")
        if len(path) >= DEPTH_LIMIT - 1:  # as in a JSON body
            raise RequestFault(Fault.TOO_DEEP)
        place = item
        for step in path:
            place = place.setdefault(step, {})
            if type(place) is not dict:  # a name that is both a value and an object keeps the first of them
                break
        else:
            place.setdefault(last, value)
    for name in IDS:
        if type(item.get(name)) is str:
            item[name] = item[name].strip('"')
    return item


def parse(text: str) -> dict[str, str]:
    """Return the fields that are not empty; the last of a repeated name. Raises RequestFault."""
    try:
        return dict(parse_qsl(text, errors="strict", max_num_fields=ATTRIBUTE_LIMIT))
    except UnicodeDecodeError:
        raise RequestFault(Fault.NOT_UTF8) from None
    except ValueError:
        raise RequestFault(Fault.TOO_MANY_ATTRIBUTES) from None
