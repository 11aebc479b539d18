"""The command `passerby doctor`."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import Annotated, Final

from cyclopts import Parameter

from passerby.cli.app import Data, Json
from passerby.cli.configuration import load
from passerby.cli.output import complain, say, say_json
from passerby.doctor.deep import Verdict, check_identity
from passerby.doctor.diagnostics import run_diagnostics
from passerby.runtime.engines import engines_of
from passerby.storage.data_dir import DataDir

Port = Annotated[int | None, Parameter(help="Port to check, as for `passerby serve`.")]


Deep = Annotated[
    bool,
    Parameter(negative="", help="Also check the identity properties on every row. A server may be running."),
]

_SECONDS_BETWEEN_REPORTS: Final = 2.0


def doctor(
    *, data: Data = None, port: Port = None, console_port: Port = None, deep: Deep = False, json: Json = False
) -> int:
    """Run diagnostics on the data directory, the engines, the ports, the clock and the disk.

    Each failing check is printed with the action to take. The exit code is 1 if any check fails.
    """
    settings = load({"data": data, "port": port, "console_port": console_port}, os.environ)
    folder = DataDir(settings.data)
    engines = engines_of(folder)
    findings = list(run_diagnostics(settings, engines))
    verdicts = list(check_identity(engines.state, engines.log, _Reporter())) if deep else []
    healthy = all(finding.well for finding in findings) and all(verdict.well for verdict in verdicts)
    if json:
        say_json({"well": healthy, "findings": findings} | ({"properties": verdicts} if deep else {}))
    else:
        for finding in findings:
            say(f"{'ok  ' if finding.well else 'BAD '} {finding.check}: {finding.found}")
            if not finding.well:
                say(f"     → {finding.advice}")
        say_each(verdicts)
    return 0 if healthy else 1


def say_each(verdicts: Iterable[Verdict]) -> None:
    """Write the result of each identity property, with examples of the rows that violate it."""
    for verdict in verdicts:
        mark, count = ("ok  ", "") if verdict.well else ("BAD ", f", {verdict.broken:,} broken")
        say(f"{mark} property {verdict.number}, {verdict.claim}: {verdict.checked:,} checked{count}")
        if not verdict.well:
            say(f"     → report this as a bug in Passerby, with these examples: {', '.join(verdict.examples)}")


class _Reporter:
    """Reports the progress of a long check on standard error, at most every two seconds."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _SECONDS_BETWEEN_REPORTS

    def __call__(self, claim: str, checked: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS_BETWEEN_REPORTS
            complain(f"checking that {claim}: {checked:,} so far")
