"""CustomerLabs' keys: the app's id in a body, and the path of each webhook source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from passerby.dialects.common.keys import hexadecimal, member, members, word
from passerby.dialects.dialect import FoundKey, KeyKind, RequestParts, Webhook

NAME: Final = "customerlabs"
SOURCE: Final = "/source/"
SLUG: Final = "slug"
"""Name of the path parameter."""
APP_ID_KIND: Final = "customerlabs.app_id"
WEBHOOK_KIND: Final = "customerlabs.webhook_path"

KEY_KINDS: Final = (
    word(APP_ID_KIND, "App id", hexadecimal(16)),
    KeyKind(
        name=WEBHOOK_KIND,
        title="Webhook",
        # The path is all that protects a webhook (CustomerLabs, sources), so it holds 128 random bits.
        make=lambda random: f"{SOURCE}{random(16).hex()}/",
        pattern=re.compile(rf"{SOURCE}[A-Za-z0-9_-]{{20,128}}/"),
        form=f"`{SOURCE}` with 20 to 128 random letters, digits, _ or - and a `/`",
        guarded=True,
        webhook=Webhook(
            SOURCE,
            "Accepts a JSON object or a form by POST. The field event_name is the name of the event; an email address "
            "or a phone number identifies the user.",
        ),
    ),
)

_ID: Final = member("id")


def find_keys(request: RequestParts) -> Iterator[FoundKey]:
    """Yield the path of the webhook, then what may be the app's id."""
    if SLUG in request.parameters:
        yield FoundKey(WEBHOOK_KIND, f"{SOURCE}{request.parameters[SLUG]}/")
    yield from (FoundKey(APP_ID_KIND, value) for value in members(request.body, _ID))
