"""Converts an `IdentityState` to and from the columns of a profile's row."""

from __future__ import annotations

from typing import Final

import msgspec

from passerby.identity.snapshot import IdentityState
from passerby.messages import Identifier

Columns = tuple[str | None, str, str, int]
"""`user_id`, `contacts`, `held`, `stage`."""

NO_CONTACTS: Final = "[]"
MEMBERS: Final = ""
"""The key in `held` for the number of members: no namespace is empty. Profiles without members, which most are, have no
such key."""

_contacts = msgspec.json.Decoder(set[Identifier]).decode
_held = msgspec.json.Decoder(dict[str, int]).decode
_encode = msgspec.json.Encoder().encode


def identity_state_of(profile: str, user_id: str | None, contacts: str, held: str) -> IdentityState:
    """Decode the identity state in a profile's row."""
    counted = _held(held)
    members = counted.pop(MEMBERS, 0)
    return IdentityState(profile, user_id, set() if contacts == NO_CONTACTS else _contacts(contacts), counted, members)


def columns_of(state: IdentityState) -> Columns:
    """Encode an identity state for a profile's row."""
    contacts = _encode(sorted(state.contacts)).decode() if state.contacts else NO_CONTACTS
    held = {**state.held, MEMBERS: state.members} if state.members else state.held
    return state.user_id, contacts, _encode(held).decode(), int(state.stage)
