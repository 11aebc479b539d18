"""Rotation and revocation of keys and API tokens: the confirmation page, and the grace period of a rotation."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from passerby.accounts.records import AddedKey
from passerby.console.routing import PageContext
from passerby.dialects import registry
from passerby.services import keys
from passerby.services.errors import not_found
from passerby.services.keys import ListedKey

Change = Literal["rotate", "revoke"]
Grace = Literal["0", "3600", "86400", "604800"]
"""Grace period in seconds: for how long a rotated key keeps working."""

GRACES: Final[dict[Grace, str]] = {
    "0": "Stop at once",
    "3600": "Keep working for 1 hour",
    "86400": "Keep working for 24 hours",
    "604800": "Keep working for 7 days",
}


class KeyChangeView(msgspec.Struct, kw_only=True):
    """The confirmation page of a rotation or revocation.

    `name` is the label of the key's kind, `back` the path of the page that lists the key and `back_title` its title,
    `base` the path below which the key's own pages are.
    """

    key: ListedKey
    name: str
    change: Change
    back: str
    back_title: str
    base: str
    graces: dict[Grace, str]


class RotateForm(msgspec.Struct, kw_only=True):
    """The form that rotates a key."""

    grace: Grace = "0"


def key_change(key: ListedKey, name: str, change: Change, back: str, base: str) -> KeyChangeView:
    """Return the confirmation page of a change. Raises ServiceError for a key that was already rotated."""
    if change == "rotate" and key.expires_at is not None:
        raise not_found("key that can be rotated")
    # The kinds of a dialect begin with its name, as in `segment.write_key`.
    dialect = registry.NAMED.get(key.kind.partition(".")[0])
    back_title = dialect.title if dialect else "API tokens"
    return KeyChangeView(key=key, name=name, change=change, back=back, back_title=back_title, base=base, graces=GRACES)


async def rotated(page: PageContext, number: int, form: RotateForm) -> AddedKey:
    """Rotate a key, and return the new one."""
    return await page.run(keys.rotate_key, page.access, number, grace_seconds=int(form.grace))
