"""What is asked and answered when the catalogue is edited. Without `event`, an attribute is a trait of profiles."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from passerby.catalogue.types import DataType

NAME = 500
"""Length of the longest name, in characters: the most that the settings allow."""
AT_ONCE = 1_000
"""Names in one request."""

Name = Annotated[str, Meta(min_length=1, max_length=NAME)]


class NameRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An event name (no `attribute`), an attribute of an event, or a trait (no `event`)."""

    event: Name | None = None
    attribute: Name | None = None


class TypeRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An attribute of an event, or a trait (no `event`), and the type to give it."""

    event: Name | None = None
    attribute: Name
    type: DataType


class AliasRequest(NameRequest, kw_only=True, forbid_unknown_fields=True):
    """A spelling, and the name to merge it into: of an attribute, another attribute of the same event."""

    into: Name


class DeleteRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The names to delete from the catalogue."""

    names: Annotated[list[NameRequest], Meta(min_length=1, max_length=AT_ONCE)]


class PastValues(msgspec.Struct, kw_only=True):
    """How many recorded values are of the type (`fitting`), and how many of another.

    Both are null where events cannot be read now. `complete` is false where only a part was looked at: of a trait, the
    newest 100,000 profiles.
    """

    fitting: int | None
    other: int | None
    complete: bool


class TypeChanged(msgspec.Struct, kw_only=True):
    """An attribute with its new type and the one before, and how many past values fit the new one."""

    event: str | None
    attribute: str
    type: DataType
    previous_type: DataType
    past: PastValues


class AliasInfo(msgspec.Struct, kw_only=True):
    """A spelling of an event name, attribute or trait that is merged into the name `into`."""

    event: str | None
    attribute: str | None
    into: str
    at: str
    who: str


class AliasList(msgspec.Struct, kw_only=True):
    """All merged spellings, by event and attribute."""

    aliases: list[AliasInfo]


class DeletedNames(msgspec.Struct, kw_only=True):
    """How many names were deleted, and which of the request the catalogue does not have."""

    deleted: int
    unknown: list[NameRequest]
