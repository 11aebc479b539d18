"""What the profiles in a history are called: by the identifier that says the most of what each was given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from passerby.console.story.people import rank
from passerby.state.views import HistoryEntry

_GIVES: Final = frozenset({"attached", "reassigned"})


def names(entries: Iterable[HistoryEntry]) -> dict[str, str]:
    """A name for each profile that these decisions gave an identifier; others are known by their ids alone."""
    best: dict[str, tuple[int, str]] = {}
    for entry in entries:
        if entry.kind in _GIVES and entry.to and entry.identifier:
            found = (rank(entry.identifier.namespace), entry.identifier.value)
            if entry.to not in best or found[0] < best[entry.to][0]:
                best[entry.to] = found
    return {profile: value for profile, (_, value) in best.items()}
