"""The registered dialects; the call of a path, and the project that a rejected request was meant for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import Final, Protocol

from passerby.dialects.common.answers import no_such_call
from passerby.dialects.contract import Call
from passerby.dialects.dialect import Dialect, KeyKind, RequestParts
from passerby.dialects.samples import Platform, Snippet

FOLDERS: Final = ("crossengage", "webengage", "customerlabs", "antsomi", "segment")
"""Packages of `passerby.dialects` that contain a dialect, in display order."""

# Imported by name, so that adding a dialect takes a package and its name above.
ALL: Final[tuple[Dialect, ...]] = tuple(import_module(f"passerby.dialects.{folder}").DIALECT for folder in FOLDERS)
"""No path matches more than one dialect."""

NAMED: Final[Mapping[str, Dialect]] = {dialect.name: dialect for dialect in ALL}
KEY_KINDS: Final[Mapping[str, KeyKind]] = {kind.name: kind for dialect in ALL for kind in dialect.key_kinds}

PLATFORMS: Final[Mapping[str, tuple[Dialect, Platform]]] = {
    platform.name: (dialect, platform)
    for dialect, platform in sorted(
        ((dialect, platform) for dialect in ALL for platform in dialect.platforms), key=lambda pair: pair[1].rank
    )
}
"""Platforms by name, each with the dialect of its clients, in display order."""
COMMANDS: Final[Mapping[str, Snippet]] = {
    snippet.command: snippet for dialect in ALL for snippet in dialect.snippets if snippet.command
}
"""Snippets by their name as an argument of `passerby snippet`."""

# Sets of names, because the worker tests membership for every message.
IDENTIFYING_BY_FIELDS: Final = frozenset(dialect.name for dialect in ALL if not dialect.identifies_by_traits)
ENFORCING_CATALOGUE_RULES: Final = frozenset(dialect.name for dialect in ALL if dialect.enforces_catalogue_rules)
ANSWERING_WITH_PROFILE: Final = frozenset(dialect.name for dialect in ALL if dialect.answers_with_profile)

REMEMBERED: Final = 1_024
"""Size of the path cache. Each key has a handful of paths, which are requested repeatedly."""
REMEMBERED_LENGTH: Final = 256
"""Characters. Longer paths match no key and are not cached, so that clients cannot fill the memory."""


def match(path: str) -> Call | None:
    """Return the call for a decoded path, or None for a path of no dialect. Cached."""
    return _remembered(path) if len(path) <= REMEMBERED_LENGTH else _match(path)


def tidy(path: str) -> str:
    """Normalise a path: collapse repeated slashes and remove trailing ones.

    A base URL configured with a trailing slash yields `//v1/batch`; some clients append a slash to every path.
    """
    return _SLASHES.sub("/", path).rstrip("/")


_SLASHES: Final = re.compile("//+")


def _match(path: str) -> Call | None:
    """Return the call with exactly this path, else the call with the normalised path."""
    call = _exactly(path)
    # An exact path comes first: that of a webhook ends with a slash.
    if call is not None and call.handle is not no_such_call:
        return call
    tidied = tidy(path)
    return call if tidied == path else _exactly(tidied) or call


def _exactly(path: str) -> Call | None:
    for dialect in ALL:
        call = dialect.match(path)
        if call is not None:
            return call
    return None


_remembered = lru_cache(REMEMBERED)(_match)


class KeyDirectory(Protocol):
    """Finds the project of a public key, or of a secret that leads to one by itself; see `contract.Credentials`."""

    def project(self, kind: str, key: str) -> int | None: ...

    def secret_project(self, kind: str, secret: str) -> int | None: ...


def project_hint(dialect: str, request: RequestParts, directory: KeyDirectory) -> int | None:
    """Return the project of the first known key in a rejected request of this dialect, or None.

    Nothing is authenticated here: the result decides which project's users can see a rejected request, not what is
    written.
    """
    named = NAMED.get(dialect)
    # Of several keys the first known one: dialects yield the most specific first.
    for kind, value in named.find_keys(request) if named else ():
        find = directory.secret_project if KEY_KINDS[kind].secret else directory.project
        project = find(kind, value)
        if project is not None:
            return project
    return None
