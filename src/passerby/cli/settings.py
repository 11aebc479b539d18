"""The command `passerby settings`."""

from __future__ import annotations

from passerby.cli.output import say
from passerby.cli.settings_reference import reference


def settings() -> None:
    """Print the reference of all settings: flags, environment variables, units and defaults."""
    say(reference().rstrip("\n"))
