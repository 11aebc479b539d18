"""The dialects that Passerby speaks, and which of them a path belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import Final

from passerby.dialects.common.faults import no_such_call
from passerby.dialects.contract import Call
from passerby.dialects.dialect import Dialect, KeyKind
from passerby.dialects.samples import Platform, Snippet

FOLDERS: Final = ("crossengage", "webengage", "customerlabs", "antsomi", "segment")
"""The folders beside this file that hold a dialect, in the order in which lists show them."""

# Imported by name, so that a folder and a word above are all that a further dialect needs.
ALL: Final[tuple[Dialect, ...]] = tuple(import_module(f"passerby.dialects.{folder}").DIALECT for folder in FOLDERS)
"""No path belongs to more than one of them."""

NAMED: Final[Mapping[str, Dialect]] = {dialect.name: dialect for dialect in ALL}
KEY_KINDS: Final[Mapping[str, KeyKind]] = {kind.name: kind for dialect in ALL for kind in dialect.key_kinds}

PLATFORMS: Final[Mapping[str, tuple[Dialect, Platform]]] = {
    platform.name: (dialect, platform)
    for dialect, platform in sorted(
        ((dialect, platform) for dialect in ALL for platform in dialect.platforms), key=lambda pair: pair[1].rank
    )
}
"""Each platform with the dialect that its clients speak, by the platform's name, in the order of lists."""
COMMANDS: Final[Mapping[str, Snippet]] = {
    snippet.command: snippet for dialect in ALL for snippet in dialect.snippets if snippet.command
}
"""The snippets of `passerby snippet`, by their names there."""

# The worker asks these for every message, by the name that the message was stored with.
IDENTIFYING_BY_FIELDS: Final = frozenset(dialect.name for dialect in ALL if not dialect.identifies_by_traits)
ENFORCING_CATALOGUE_RULES: Final = frozenset(dialect.name for dialect in ALL if dialect.enforces_catalogue_rules)
ANSWERING_WITH_PROFILE: Final = frozenset(dialect.name for dialect in ALL if dialect.answers_with_profile)

REMEMBERED: Final = 1_024
"""How many paths are remembered: a key makes a handful of paths, and each of them comes again and again."""
REMEMBERED_LENGTH: Final = 256
"""Characters; a longer path is no key's of ours and not worth the memory."""


def match(path: str) -> Call | None:
    """The call that this (decoded) path stands for, or None where it is no vendor's."""
    return _remembered(path) if len(path) <= REMEMBERED_LENGTH else _match(path)


def tidy(path: str) -> str:
    """The path without doubled slashes and without one at its end, as it was meant.

    A host that was configured with a slash at its end gives `//v1/batch`; some clients end every path with one.
    """
    return _SLASHES.sub("/", path).rstrip("/")


_SLASHES: Final = re.compile("//+")


def _match(path: str) -> Call | None:
    """The call with exactly this path; where there is none, the call with the tidied path."""
    call = _exactly(path)
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
