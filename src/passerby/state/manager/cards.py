"""Cards, as the columns of a profile's row hold them."""

from __future__ import annotations

from typing import Final

import msgspec

from passerby.identity.known import Card
from passerby.messages import Identifier

Columns = tuple[str | None, str, str, int]
"""`user_id`, `contacts`, `held`, `stage`."""

NO_CONTACTS: Final = "[]"
MEMBERS: Final = ""
"""Under this key, which is no namespace, `held` has the number of members; it is left out where there are none."""

_contacts = msgspec.json.Decoder(set[Identifier]).decode
_held = msgspec.json.Decoder(dict[str, int]).decode
_encode = msgspec.json.Encoder().encode


def card_of(profile: str, user_id: str | None, contacts: str, held: str) -> Card:
    """The card in a profile's row."""
    counted = _held(held)
    members = counted.pop(MEMBERS, 0)
    return Card(profile, user_id, set() if contacts == NO_CONTACTS else _contacts(contacts), counted, members)


def columns_of(card: Card) -> Columns:
    """What a profile's row has of its card."""
    contacts = _encode(sorted(card.contacts)).decode() if card.contacts else NO_CONTACTS
    held = {**card.held, MEMBERS: card.members} if card.members else card.held
    return card.user_id, contacts, _encode(held).decode(), int(card.stage)
