"""Caches the keys of all projects in memory, so that a request is authenticated without a query."""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from passerby.accounts import keys
from passerby.accounts.protocol import ChangeFeed
from passerby.accounts.records import Project, ProjectSettings, WorkingKey
from passerby.accounts.scopes import Scope
from passerby.clock import now_ms
from passerby.errors import StoreError

_TOKEN = "api_token"  # noqa: S105 - a kind of key


class _Token(NamedTuple):
    """The project, label and scopes of an API token."""

    project: int
    label: str
    scopes: frozenset[Scope]


class _Snapshot(NamedTuple):
    """An immutable snapshot of the control plane. It is replaced as a whole, so any thread may read it without a lock.

    `numbers` are the keys' ids by kind and stored value; `expires_at` (ms) is when the next rotated key expires.
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
    """Looks up keys for the edge (`dialects.contract.Credentials`), the API and the worker.

    The owner calls `refresh_if_changed` about once a second, so a revoked key stops working within about a second. A
    new key works immediately: before a key is rejected as unknown, the snapshot is refreshed. Therefore `project`,
    `authenticates`, `secret_project` and `token_project` must be called from the refreshing thread; all other methods
    are thread-safe.
    """

    def __init__(self, feed: ChangeFeed, clock: Callable[[], int] = now_ms) -> None:
        self._feed = feed
        self._clock = clock
        self._uses = defaultdict[tuple[str, str], int](int)
        self._revision = 0
        self._snapshot = _snapshot((), ())
        self._refresh(_ANY)

    def close(self) -> None:
        self._feed.close()

    def project(self, kind: str, key: str) -> int | None:
        """Return the project of a public key, None for an unknown or revoked key."""
        name = kind, key
        found = self._snapshot.public.get(name)
        if found is None and self._has_news():
            found = self._snapshot.public.get(name)
        if found is not None:
            self._uses[name] += 1
        return found

    def owner(self, kind: str, key: str) -> int | None:
        """Return `project` as of the last refresh, without counting a use. Thread-safe."""
        return self._snapshot.public.get((kind, key))

    def take_uses(self) -> dict[int, int]:
        """Return the number of successful lookups of each key since the last call, by key id.

        Nearly every request counts once; a few calls look up the same key twice. To be called from the refreshing
        thread.
        """
        taken, self._uses = self._uses, defaultdict(int)  # replaced, not cleared: counts go on meanwhile
        numbers = self._snapshot.numbers
        return {numbers[name]: count for name, count in taken.items() if name in numbers}

    def authenticates(self, kind: str, project: int, secret: str) -> bool:
        """Whether this is a current secret of the project.

        Constant-time: the duration depends neither on the first different character nor on which secret matches.
        """
        given = keys.digest(secret)
        return self._is_current(kind, project, given) or (self._has_news() and self._is_current(kind, project, given))

    def _is_current(self, kind: str, project: int, given: str) -> bool:
        found = False
        # All are compared, also after a match: the duration must not tell which one matched.
        for stored in self._snapshot.secrets.get((kind, project), ()):
            found |= hmac.compare_digest(given, stored)
        if found:
            self._uses[kind, given] += 1
        return found

    def token_project(self, token: str) -> int | None:
        """Return the project of an API token, None for an unknown one.

        The lookup is by the token's hash. A caller cannot choose the hash's leading characters, so the duration reveals
        nothing about stored tokens.
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
        """Return the project of a secret, None for an unknown one. Looked up by its hash, as in `token_project`."""
        name = kind, keys.digest(secret)
        found = self._snapshot.openers.get(name)
        if found is None and self._has_news():
            found = self._snapshot.openers.get(name)
        if found is not None:
            self._uses[name] += 1
        return found

    def secret_owner(self, kind: str, secret: str) -> int | None:
        """Return `secret_project` as of the last refresh, without counting a use. Thread-safe."""
        return self._snapshot.openers.get((kind, keys.digest(secret)))

    def token_label(self, token: str) -> str:
        """Return the label of an API token, empty if it has none."""
        found = self._snapshot.tokens.get(keys.digest(token))
        return "" if found is None else found.label

    def token_scopes(self, token: str) -> frozenset[Scope]:
        """Return the scopes of an API token; none for an unknown or revoked one."""
        found = self._snapshot.tokens.get(keys.digest(token))
        return frozenset() if found is None else found.scopes

    def is_alone(self, project: int) -> bool:
        """Whether this is the only project."""
        return self._snapshot.names.keys() == {project}

    def name(self, project: int) -> str | None:
        """Return the name of a project, None for an unknown one."""
        return self._snapshot.names.get(project)

    def names(self) -> Mapping[int, str]:
        """Return the names of all projects by their numbers, oldest first."""
        return self._snapshot.names

    def settings(self, project: int) -> ProjectSettings:
        """Return the settings of a project; the defaults for an unknown one."""
        return self._snapshot.settings.get(project, _DEFAULTS)

    def refresh_if_changed(self) -> bool:
        """Refresh the snapshot if the control plane changed or a rotated key expired; return whether it did.

        Takes some microseconds if nothing changed.
        """
        # A rotated key expires without a change of the control plane, so the feed does not tell.
        expires_at = self._snapshot.expires_at
        expired = expires_at is not None and self._clock() >= expires_at
        return self._refresh(_ANY if expired else self._revision)

    def _refresh(self, since: int) -> bool:
        changes = self._feed.changes_since(since, self._clock())
        if changes is None:
            return False
        self._revision = changes.revision
        # One assignment: other threads read the former snapshot or this one, and never a part of each.
        self._snapshot = _snapshot(changes.projects, changes.keys)
        return True

    def _has_news(self) -> bool:
        """Refresh before a key is rejected as unknown; False if nothing changed or the control plane cannot be read."""
        with suppress(StoreError):
            return self.refresh_if_changed()
        return False


class LastKnownKeys(NamedTuple):
    """Looks up keys as of the last refresh, without counting a use. Thread-safe."""

    credentials: ProjectCredentials

    def project(self, kind: str, key: str) -> int | None:
        """Return the project of a public key, None for an unknown one."""
        return self.credentials.owner(kind, key)

    def secret_project(self, kind: str, secret: str) -> int | None:
        """Return the project of a current secret, None for an unknown one."""
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
