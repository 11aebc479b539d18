"""Health checks grouped into components, each with advice for a failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec


class Component(msgspec.Struct, kw_only=True):
    """A component: the problems that its checks found, and advice if there are any."""

    name: str
    about: str
    healthy: bool
    problems: list[str]
    advice: str | None


class _Declared(msgspec.Struct, frozen=True):
    name: str
    about: str
    checks: tuple[str, ...]
    advice: str


_COMPONENTS: Final = (
    _Declared(
        "Ingest",
        "Accepts requests and writes them to the log",
        ("edge", "log"),
        "Check the log lines of the role edge, free disk space and the permissions of log.db. Run the diagnostics.",
    ),
    _Declared(
        "Worker",
        "Applies messages to profiles",
        ("worker", "state", "positions"),
        "Accepted messages are kept and applied later. Check the log lines of the role worker; if a file was restored "
        "from a copy, run the diagnostics.",
    ),
    _Declared(
        "Event store",
        "Stores events for queries",
        ("relay", "events"),
        "Events are kept in the outbox meanwhile. Check the log lines of the role console, free disk space and the "
        "setting events.memory_bytes. Run the diagnostics.",
    ),
    _Declared(
        "Console",
        "Serves this page and the API, and monitors the others",
        ("monitor",),
        "Check the log lines of the role console and free disk space. Restart the server if this does not end.",
    ),
)
_KNOWN: Final = frozenset(check for component in _COMPONENTS for check in component.checks)


def components(problems: Mapping[str, str]) -> list[Component]:
    """Return all components. `problems` are sentences by the name of the check."""
    found = []
    for declared in _COMPONENTS:
        ours = [text for name, text in problems.items() if name in declared.checks]
        if declared.name == "Console":
            # A check that no component lists must not be lost: it is shown with the process that ran it.
            ours += [text for name, text in problems.items() if name not in _KNOWN]
        found.append(
            Component(
                name=declared.name,
                about=declared.about,
                healthy=not ours,
                problems=ours,
                advice=declared.advice if ours else None,
            )
        )
    return found
