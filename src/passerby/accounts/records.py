"""Records of projects and keys, common to all engines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from passerby.accounts.policy import IdentityPolicy, NamespaceClass
from passerby.accounts.scopes import EVERY, Scope

GRACE_MS = 7 * 86_400_000
"""Longest grace period of a rotated key."""


class ProjectSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of one project. Stored as JSON; a missing field has its default."""

    timezone: str = "UTC"
    """IANA name, for times without a zone (Antsomi)."""
    phone_country: str = ""
    """ISO 3166 code of the country of phone numbers without a country code; empty: none."""
    blocked_values: tuple[str, ...] = ()
    """Identifier values that are ignored, in addition to those blocked in every project."""
    limits: tuple[tuple[str, int], ...] = ()
    contact_traits: tuple[str, ...] = ("email", "phone")
    namespaces: tuple[tuple[str, str], ...] = ()
    """With `blocked_values`, the identity policy: see `policy.IdentityPolicy`."""
    redirect_hosts: tuple[str, ...] = ()
    """Hosts, in lower case, to which a call may redirect a browser (Antsomi)."""
    rate_factor: float | None = None
    """Rate-limit multiplier; 0 = unlimited, None = the server's setting."""

    answers_with_profile: bool = False
    """Whether responses to CustomerLabs' calls contain the full profile of the user. The app id is public: any client
    with it and an email address can then read that user's traits."""

    @property
    def policy(self) -> IdentityPolicy:
        """The identity policy."""
        return IdentityPolicy(
            blocked_values=list(self.blocked_values),
            limits=dict(self.limits),
            contact_traits=[msgspec.convert(name, Literal["email", "phone"]) for name in self.contact_traits],
            namespaces=msgspec.convert(dict(self.namespaces), dict[str, NamespaceClass]),
        )

    @property
    def zone(self) -> tzinfo:
        """The time zone; UTC if this machine has no data for it."""
        return _zone(self.timezone)


@lru_cache(maxsize=1024)
def _zone(name: str) -> tzinfo:
    try:  # the name was checked when it was set, perhaps on a machine with newer data
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A project: everything in Passerby belongs to exactly one. `created_at` in milliseconds since 1970."""

    id: int
    name: str
    created_at: int
    settings: ProjectSettings


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it can be shown: `value` is None for a secret, which cannot be read again.

    `revoked_at` in the future: a rotated key within its grace period, which works until then.
    """

    id: int
    project: int
    kind: str
    value: str | None
    label: str
    created_at: int
    revoked_at: int | None
    scopes: frozenset[Scope] = EVERY
    """Of an API token: what it may do."""

    def works(self, now: int) -> bool:
        """Whether the key is accepted at this time."""
        return self.revoked_at is None or self.revoked_at > now


class WorkingKey(NamedTuple):
    """A key that works, with its value as it is stored: that of a secret is a hash.

    `revoked_at` is in the future, for a rotated key within its grace period (ms since 1970), or None.
    """

    id: int
    project: int
    kind: str
    value: str
    label: str
    scopes: frozenset[Scope]
    revoked_at: int | None


class AccountsSnapshot(NamedTuple):
    """All projects and the keys that work, at a revision."""

    revision: int
    projects: Sequence[Project]
    keys: Sequence[WorkingKey]


class AddedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A new key with its value in plain text, which is not stored for a secret."""

    id: int
    kind: str
    value: str
