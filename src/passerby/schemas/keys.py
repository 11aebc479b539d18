"""JSON of keys, API tokens and test events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from passerby.accounts.records import AddedKey
from passerby.clock import iso
from passerby.services.keys import ListedKey

ScopeName = Literal["read", "identity", "manage"]


class KeyInfo(msgspec.Struct, kw_only=True):
    """A key of the project.

    `value` is null for a secret, which cannot be read again; `scopes` are of an `api_token`. `expires_at` is set for a
    rotated key within its grace period, which works until then. `last_used_at` is exact to the minute, and null for a
    key that was not used since uses are counted; `calls_last_hour` counts the requests of the last hour, up to a minute
    late.
    """

    id: int
    kind: str
    secret: bool
    value: str | None
    label: str
    scopes: list[ScopeName]
    created_at: str
    revoked_at: str | None
    expires_at: str | None = None
    last_used_at: str | None = None
    calls_last_hour: int = 0


class KeyList(msgspec.Struct, kw_only=True):
    """All keys of the project, oldest first."""

    keys: list[KeyInfo]


class FreshKey(msgspec.Struct, kw_only=True):
    """A key that was just made, with its value: of a secret, the only time that it is seen."""

    id: int
    kind: str
    value: str


class RevokedKey(msgspec.Struct, kw_only=True):
    """A key that does not work any more, from about a second on."""

    id: int
    revoked: bool


class AddKeyRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A key to add. Without `value` it is a new random one; `scopes` are what an `api_token` may do."""

    kind: Annotated[str, Meta(min_length=1, max_length=100)]
    value: Annotated[str, Meta(max_length=256)] = ""
    label: Annotated[str, Meta(max_length=200)] = ""
    scopes: Annotated[list[ScopeName], Meta(min_length=1, max_length=3)] = msgspec.field(
        default_factory=lambda: ["read", "identity", "manage"]
    )


def key_info(key: ListedKey) -> KeyInfo:
    """Return the JSON of a key."""
    return KeyInfo(
        id=key.id,
        kind=key.kind,
        secret=key.secret,
        value=key.value,
        label=key.label,
        scopes=[scope.value for scope in sorted(key.scopes)],
        created_at=iso(key.created_at),
        revoked_at=None if key.revoked_at is None else iso(key.revoked_at),
        expires_at=None if key.expires_at is None else iso(key.expires_at),
        last_used_at=None if key.last_used_at is None else iso(key.last_used_at),
        calls_last_hour=key.calls_last_hour,
    )


def fresh_key(key: AddedKey) -> FreshKey:
    """Return the JSON of a key that was just made."""
    return FreshKey(id=key.id, kind=key.kind, value=key.value)


def key_list(keys: Iterable[ListedKey]) -> KeyList:
    """Return the JSON of keys."""
    return KeyList(keys=list(map(key_info, keys)))
