"""CrossEngage: mobile tracking (`mobile`) and the REST API for users, leads and events (`routes`).

- `keys` — the kinds of keys, and where they are in a request
- `commerce` — the vendor's names for standard events
- `openapi` — the calls in OpenAPI
- `samples` — calls to try
- `demo` — the vendor's part in the demo's day
"""

from __future__ import annotations

from typing import Final

from passerby.dialects.contract import Call
from passerby.dialects.crossengage import mobile, routes
from passerby.dialects.crossengage.commerce import VOCABULARY
from passerby.dialects.crossengage.demo import DEMO
from passerby.dialects.crossengage.keys import KEY_KINDS, NAME, find_keys
from passerby.dialects.crossengage.openapi import OPENAPI
from passerby.dialects.crossengage.samples import SAMPLES
from passerby.dialects.dialect import Dialect

__all__ = ["DIALECT"]


def _match(path: str) -> Call | None:
    return mobile.match(path) or routes.match(path)


DIALECT: Final = Dialect(
    name=NAME,
    title="CrossEngage",
    about="Events and traits from mobile apps, and users from servers over the REST API.",
    keys_title="System Setup",
    guide="how-to/migrate/crossengage-mobile",
    match=_match,
    key_kinds=KEY_KINDS,
    find_keys=find_keys,
    openapi=OPENAPI,
    samples=SAMPLES,
    demo=DEMO,
    vocabulary=VOCABULARY,
    error_members=frozenset({"message", "details"}),  # of version 1 and of version 2
    identifies_by_traits=False,
)
