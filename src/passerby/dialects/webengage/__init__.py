"""WebEngage's REST API: `events`, `users` and their bulk forms, sent by the servers of an account.

- `calls` — paths, keys, records and answers
- `keys` — the kinds of keys, and where they are in a request
- `commerce` — the vendor's names for standard events
- `openapi` — the calls in OpenAPI
- `samples` — calls to try
- `demo` — the vendor's part in the demo's day
"""

from __future__ import annotations

from typing import Final

from passerby.dialects.dialect import HOUR_MS, Dialect
from passerby.dialects.webengage.calls import match
from passerby.dialects.webengage.commerce import VOCABULARY
from passerby.dialects.webengage.demo import DEMO
from passerby.dialects.webengage.keys import KEY_KINDS, NAME, find_keys
from passerby.dialects.webengage.openapi import OPENAPI
from passerby.dialects.webengage.samples import SAMPLES

__all__ = ["DIALECT"]

DIALECT: Final = Dialect(
    name=NAME,
    title="WebEngage",
    about="Users and events from servers over the REST API.",
    keys_title="REST API",
    guide="how-to/migrate/webengage",
    match=match,
    key_kinds=KEY_KINDS,
    find_keys=find_keys,
    openapi=OPENAPI,
    samples=SAMPLES,
    demo=DEMO,
    vocabulary=VOCABULARY,
    deduplication_window_ms=4 * HOUR_MS,  # WebEngage, Tracking Events, `x-request-id`
    enforces_catalogue_rules=True,
)
