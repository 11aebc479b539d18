"""Requests and responses about keys, annotations and test events."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

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


class MarkInfo(msgspec.Struct, kw_only=True):
    """The annotation of an event (no `attribute`), of an attribute of it, or of a trait (no `event`).

    `changed_at` is null where there is none yet.
    """

    event: str | None
    attribute: str | None
    planned: bool
    hidden: bool
    description: str
    changed_at: str | None
    who: str


class MarkList(msgspec.Struct, kw_only=True):
    """All annotations, by event and attribute."""

    marks: list[MarkInfo]


class MarkRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An annotation to change; fields that are not given keep their values. Events can be planned before any arrive."""

    event: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
    attribute: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
    planned: bool | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=2_000)] | UnsetType = UNSET


class SourceTested(msgspec.Struct, kw_only=True):
    """The result of a test event: the response that a client would have got, and the ids of the accepted messages."""

    dialect: str
    call: str
    status: int
    answer: str
    message_ids: list[str]
