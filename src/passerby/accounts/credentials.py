"""The keys of all projects in memory, for those who must know at every request whom a key belongs to."""

from __future__ import annotations

import hmac
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from passerby.accounts import keys
from passerby.accounts.errors import AccountsUnavailable
from passerby.accounts.protocol import ChangeFeed
from passerby.accounts.records import Project, ProjectSettings, WorkingKey
from passerby.accounts.scopes import Scope

_TOKEN = "api_token"  # noqa: S105 - a kind of key


def _now() -> int:
    return time.time_ns() // 1_000_000


class _Token(NamedTuple):
    """Whose an API token is, what it was labelled with, and what it may do."""

    project: int
    label: str
    scopes: frozenset[Scope]


class _Snapshot(NamedTuple):
    """What the control file said at one moment. Never changed, only replaced, so that any thread may read it.

    `numbers` are the keys' ids by kind and stored value; `expires_at` (ms) is when the next rotated key stops working.
    """

    public: Mapping[tuple[str, str], int]
    secrets: Mapping[tuple[str, int], tuple[str, ...]]
    tokens: Mapping[str, _Token]
    openers: Mapping[tuple[str, str], int]
    names: Mapping[int, str]
    settings: Mapping[int, ProjectSettings]
    numbers: Mapping[tuple[str, str], int]
    expires_at: int | None


class ProjectCredentials:
    """Implements `dialects.contract.Credentials`, and answers the like for the API and the worker.

    Whoever holds this calls `refresh_if_changed` about once a second, so that a revoked key stops working within about
    a second. A new one works at once: before a key or token is said to be unknown, changes are taken up. So `project`,
    `authenticates`, `secret_project` and `token_project` belong to the thread that refreshes; everything else may be
    asked from any.
    """

    def __init__(self, feed: ChangeFeed, clock: Callable[[], int] = _now) -> None:
        self._feed = feed
        self._clock = clock
        self._uses = defaultdict[tuple[str, str], int](int)
        self._revision = 0
        self._snapshot = _snapshot((), ())
        self._refresh(_ANY)

    def close(self) -> None:
        self._feed.close()

    def project(self, kind: str, key: str) -> int | None:
        """The project that this public key belongs to, or None for an unknown or revoked key."""
        name = kind, key
        found = self._snapshot.public.get(name)
        if found is None and self._has_news():
            found = self._snapshot.public.get(name)
        if found is not None:
            self._uses[name] += 1
        return found

    def owner(self, kind: str, key: str) -> int | None:
        """`project` as of the last refresh, not counted as a use. May be called from any thread."""
        return self._snapshot.public.get((kind, key))

    def take_uses(self) -> dict[int, int]:
        """How many times each key was looked up successfully since the last call, by the key's id.

        A request counts once for nearly every call; a few look the same key up again. From the refreshing thread.
        """
        taken, self._uses = self._uses, defaultdict(int)
        numbers = self._snapshot.numbers
        return {numbers[name]: count for name, count in taken.items() if name in numbers}

    def authenticates(self, kind: str, project: int, secret: str) -> bool:
        """Whether this secret is a current one of that project.

        Takes the same time whichever character differs, and whichever of the project's secrets it is.
        """
        given = keys.digest(secret)
        return self._is_current(kind, project, given) or (self._has_news() and self._is_current(kind, project, given))

    def _is_current(self, kind: str, project: int, given: str) -> bool:
        found = False
        for stored in self._snapshot.secrets.get((kind, project), ()):
            found |= hmac.compare_digest(given, stored)
        if found:
            self._uses[kind, given] += 1
        return found

    def token_project(self, token: str) -> int | None:
        """The project that an API token opens, or None.

        The lookup is by the token's hash, of which a caller cannot choose the leading characters: how long it takes
        tells nothing about any token.
        """
        given = keys.digest(token)
        found = self._snapshot.tokens.get(given)
        if found is None and self._has_news():
            found = self._snapshot.tokens.get(given)
        if found is None:
            return None
        self._uses[_TOKEN, given] += 1
        return found.project

    def secret_project(self, kind: str, secret: str) -> int | None:
        """The project that this secret is a current one of, or None. Looked up by its hash, as `token_project` does."""
        name = kind, keys.digest(secret)
        found = self._snapshot.openers.get(name)
        if found is None and self._has_news():
            found = self._snapshot.openers.get(name)
        if found is not None:
            self._uses[name] += 1
        return found

    def secret_owner(self, kind: str, secret: str) -> int | None:
        """`secret_project` as of the last refresh, not counted as a use. May be called from any thread."""
        return self._snapshot.openers.get((kind, keys.digest(secret)))

    def token_label(self, token: str) -> str:
        """What an API token was labelled with; empty for none."""
        found = self._snapshot.tokens.get(keys.digest(token))
        return "" if found is None else found.label

    def token_scopes(self, token: str) -> frozenset[Scope]:
        """What an API token may do: nothing, for an unknown or revoked one."""
        found = self._snapshot.tokens.get(keys.digest(token))
        return frozenset() if found is None else found.scopes

    def is_alone(self, project: int) -> bool:
        """Whether there is no other project than this."""
        return self._snapshot.names.keys() == {project}

    def name(self, project: int) -> str | None:
        """The name of a project."""
        return self._snapshot.names.get(project)

    def names(self) -> Mapping[int, str]:
        """The names of all projects by their numbers, oldest first."""
        return self._snapshot.names

    def settings(self, project: int) -> ProjectSettings:
        """The settings of a project; the defaults for one that is not known."""
        return self._snapshot.settings.get(project, _DEFAULTS)

    def refresh_if_changed(self) -> bool:
        """Read the control file again if it changed or a rotated key expired since; returns whether.

        Some microseconds if not.
        """
        expires_at = self._snapshot.expires_at
        expired = expires_at is not None and self._clock() >= expires_at
        return self._refresh(_ANY if expired else self._revision)

    def _refresh(self, since: int) -> bool:
        changes = self._feed.changes_since(since, self._clock())
        if changes is None:
            return False
        self._revision = changes.revision
        self._snapshot = _snapshot(changes.projects, changes.keys)
        return True

    def _has_news(self) -> bool:
        """Take up changes for somebody who is about to be refused; no news where the file cannot be read."""
        with suppress(AccountsUnavailable):
            return self.refresh_if_changed()
        return False


class LastKnownKeys(NamedTuple):
    """The keys as of the last refresh: a lookup counts as no use, and may be done from any thread."""

    credentials: ProjectCredentials

    def project(self, kind: str, key: str) -> int | None:
        """The project that this public key belongs to, or None."""
        return self.credentials.owner(kind, key)

    def secret_project(self, kind: str, secret: str) -> int | None:
        """The project that this secret is a current one of, or None."""
        return self.credentials.secret_owner(kind, secret)


_DEFAULTS = ProjectSettings()
_ANY = 0
"""Below every revision."""


def _snapshot(projects: Sequence[Project], current: Sequence[WorkingKey]) -> _Snapshot:
    secrets: dict[tuple[str, int], tuple[str, ...]] = {}
    for key in current:
        if keys.kind_named(key.kind).secret:
            secrets[key.kind, key.project] = (*secrets.get((key.kind, key.project), ()), key.value)
    return _Snapshot(
        openers={(key.kind, key.value): key.project for key in current if keys.kind_named(key.kind).secret},
        public={(key.kind, key.value): key.project for key in current if not keys.kind_named(key.kind).secret},
        secrets=secrets,
        tokens={key.value: _Token(key.project, key.label, key.scopes) for key in current if key.kind == _TOKEN},
        names={project.id: project.name for project in projects},
        settings={project.id: project.settings for project in projects},
        numbers={(key.kind, key.value): key.id for key in current},
        expires_at=min((key.revoked_at for key in current if key.revoked_at is not None), default=None),
    )
