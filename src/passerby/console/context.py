"""What the console uses in addition to the management API's context."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from passerby.accounts.records import ProjectSettings
from passerby.console.auth.throttle import Throttle
from passerby.doctor.finding import Finding
from passerby.monitoring.monitor import Monitor
from passerby.services.context import ServerContext
from passerby.services.readers import Readers
from passerby.settings import Settings


class Projects(Protocol):
    """Names and settings of all projects; see `accounts.credentials.ProjectCredentials`."""

    def names(self) -> Mapping[int, str]:
        """The names of all projects by their numbers, oldest first."""

    def settings(self, project: int) -> ProjectSettings:
        """Return the settings of a project."""

    def refresh_if_changed(self) -> bool:
        """Load changes now, rather than at the next check, which is made every second."""


@dataclass(frozen=True, slots=True)
class ConsoleContext:
    """The server context, projects, login throttle, threads for passwords and diagnostics, and the monitor.

    `diagnose` runs the diagnostics, which read whole files; `versions` are those of the engines by their names.
    """

    context: ServerContext
    projects: Projects
    passwords: Readers
    examinations: Readers
    throttle: Throttle
    settings: Settings
    monitor: Monitor
    diagnose: Callable[[], Iterable[Finding]]
    versions: Callable[[], Mapping[str, str]]
