"""Records of destinations, common to all engines."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NamedTuple, get_args

import msgspec

ItemType = Literal[
    "event",
    "profile.created",
    "profile.updated",
    "profile.merged",
    "profile.unmerged",
    "profile.erased",
    "segment.entered",
    "segment.exited",
]
"""Types of items that can be delivered. `profile.updated` covers traits, identifiers and stage."""

ITEM_TYPES: Final[tuple[ItemType, ...]] = get_args(ItemType)
PROFILE_TYPES: Final[tuple[ItemType, ...]] = tuple(name for name in ITEM_TYPES if name.startswith("profile."))
SEGMENT_TYPES: Final[tuple[ItemType, ...]] = tuple(name for name in ITEM_TYPES if name.startswith("segment."))

Ordering = Literal["person", "none"]
"""`person`: the items of a profile are delivered in their order, so one that waits for a retry delays that profile's
later items. `none`: each item is delivered as soon as possible."""

State = Literal["running", "paused"]

PauseReason = Literal["", "user", "auth", "gone", "misconfigured", "failing", "retention"]
"""Why a destination is paused: an operator paused it; its credentials were refused; the target answered 410, a redirect
or an error of configuration; every attempt failed for 120 hours; it was paused for longer than events are kept."""


class Batch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sizes of one request, within the limits of the kind. The first limit that is reached sends the request."""

    max_items: Annotated[int, msgspec.Meta(ge=1, le=2_000)] = 100
    max_bytes: Annotated[int, msgspec.Meta(ge=1_000, le=10_000_000)] = 1_000_000
    max_wait_ms: Annotated[int, msgspec.Meta(ge=0, le=5_000)] = 1_000
    """How long the oldest item waits for others."""


class SigningSecret(NamedTuple):
    """A secret with which requests are signed. Times in ms; `expires_at` is the end of a rotation's overlap."""

    secret: str
    created_at: int
    expires_at: int | None = None


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """A configured destination of a project. Times in ms."""

    id: str
    """UUIDv7."""
    project: int
    kind: str
    name: str
    config: dict[str, Any]
    """Configuration of the kind without its secrets (`passerby.destinations.configuration`)."""
    secrets: dict[str, Any] = {}
    """The members of the configuration that are secret. Encrypted where they are stored."""
    signing_secrets: tuple[SigningSecret, ...] = ()
    """Where the kind signs its requests, the newest first (`passerby.destinations.signatures`). Encrypted, too."""
    types: tuple[ItemType, ...]
    when: dict[str, Any] | None = None
    """Condition for items (`passerby.destinations.conditions`); None: every item."""
    map: Any = None
    """Template of what is sent (`passerby.destinations.mapping`); None: the kind's default."""
    ordering: Ordering
    batch: Batch | None = None
    """None: the kind's default."""
    purposes: tuple[str, ...] = ()
    """Purposes to all of which a profile has to consent."""
    sources: tuple[str, ...] = ()
    """Dialects whose events are sent; empty: all."""
    enabled: bool = True
    """Whether items are delivered. While false the position does not move, as while `state` is `paused`."""
    state: State = "running"
    pause_reason: PauseReason = ""
    created_at: int
    changed_at: int
    version: int = 1
    """Number of the configuration's changes, from 1."""
