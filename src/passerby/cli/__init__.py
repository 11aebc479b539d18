"""The command line. No other package imports it."""

from __future__ import annotations

import os
import sys
from typing import Final

from passerby.cli import (
    bootstrap,
    catalogue,
    deletion,
    demo,
    doctor,
    duplicates,
    keys,
    merges,
    policy,
    projects,
    serve,
    settings,
    snippet,
    users,
)
from passerby.cli.app import app
from passerby.cli.errors import EXPECTED, line_of
from passerby.cli.output import complain
from passerby.log_output import open_standard_streams

__all__ = ["main"]

_PRIVATE_UMASK = 0o077
"""Created files and directories are readable by their owner only."""
_EXIT_FAILED = 1

DESTINATIONS_HELP: Final = "List, add and change the destinations of a project, and see what they did."

app.command(serve.serve)
app.command(bootstrap.init)
app.command(demo.demo)
app.command(doctor.doctor)
projects.commands.command(policy.commands)
app.command(projects.commands)
app.command(keys.commands)
app.command(catalogue.commands)
app.command(merges.commands)
app.command(duplicates.commands)
# By its path, imported when it is called: it needs every kind of destination, and `serve` starts several processes.
app.command("passerby.cli.destinations:commands", name="destinations", help=DESTINATIONS_HELP)
app.command(deletion.commands)
app.command(snippet.snippet)
app.command(bootstrap.password)
app.command(users.commands)
app.command(settings.settings)


def main() -> None:
    """Entry point: run the command in `sys.argv` and exit with its code."""
    open_standard_streams()
    os.umask(_PRIVATE_UMASK)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command and return its exit code. An expected error is printed as one line, without a traceback."""
    try:
        return app(arguments) or 0
    except EXPECTED as error:
        complain(line_of(error))
        return _EXIT_FAILED
