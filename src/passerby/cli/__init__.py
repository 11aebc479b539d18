"""The command line. Nothing else in the house imports it."""

from __future__ import annotations

import os
import sys

from passerby.cli import (
    catalogue,
    deletion,
    demo,
    doctor,
    duplicates,
    founding,
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

_FILES_FOR_THE_OWNER_ALONE = 0o077
_EXIT_FAILED = 1

app.command(serve.serve)
app.command(founding.init)
app.command(demo.demo)
app.command(doctor.doctor)
projects.commands.command(policy.commands)
app.command(projects.commands)
app.command(keys.commands)
app.command(catalogue.commands)
app.command(merges.commands)
app.command(duplicates.commands)
app.command(deletion.commands)
app.command(snippet.snippet)
app.command(founding.password)
app.command(users.commands)
app.command(settings.settings)


def main() -> None:
    """Run the command that the process's arguments name, and exit with its code."""
    open_standard_streams()
    os.umask(_FILES_FOR_THE_OWNER_ALONE)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command; returns its exit code. An error that a person can mend is one line that says how."""
    try:
        return app(arguments) or 0
    except EXPECTED as error:
        complain(line_of(error))
        return _EXIT_FAILED
