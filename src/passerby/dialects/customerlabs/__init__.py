"""CustomerLabs' mobile tracking: `/app/externalIds`, `/app/identify`, and one webhook path per source.

- `calls` — paths, keys, answers
- `app` — the two calls of the app, which answer with what is known
- `events` — what a webhook takes: the app's events, and any other JSON
- `identifiers` — which fields are identifiers
- `context` — context of a message: device, campaign, sender
- `fields` — reading fields as strictly as the vendor documents them
- `wrapping` — the values that the vendor's browser code wraps
- `keys` — the kinds of keys, and where they are in a request
- `commerce` — the vendor's names for standard events
- `openapi` — the calls in OpenAPI
- `samples` — calls to try, platforms
- `demo` — the vendor's part in the demo's day
"""

from __future__ import annotations

from typing import Final

from passerby.dialects.customerlabs.calls import match
from passerby.dialects.customerlabs.commerce import VOCABULARY
from passerby.dialects.customerlabs.demo import DEMO
from passerby.dialects.customerlabs.keys import KEY_KINDS, NAME, find_keys
from passerby.dialects.customerlabs.openapi import OPENAPI
from passerby.dialects.customerlabs.samples import PLATFORMS, SAMPLES
from passerby.dialects.dialect import Dialect

__all__ = ["DIALECT"]

DIALECT: Final = Dialect(
    name=NAME,
    title="CustomerLabs",
    about="Events from webhooks and from CustomerLabs' website and app SDKs.",
    keys_title="Sources",
    guide="how-to/migrate/customerlabs",
    match=match,
    key_kinds=KEY_KINDS,
    find_keys=find_keys,
    openapi=OPENAPI,
    samples=SAMPLES,
    demo=DEMO,
    platforms=PLATFORMS,
    vocabulary=VOCABULARY,
    error_members=frozenset({"error_message"}),
    identifies_by_traits=False,
    answers_with_profile=True,
)
