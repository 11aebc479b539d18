"""The command `passerby doctor`."""

from __future__ import annotations

import os
from typing import Annotated

from cyclopts import Parameter

from passerby.cli.app import Data, Json
from passerby.cli.output import say, say_json
from passerby.doctor.examine import examine
from passerby.settings import load

Port = Annotated[int | None, Parameter(help="The port that a server would take, as for `passerby serve`.")]


def doctor(*, data: Data = None, port: Port = None, console_port: Port = None, json: Json = False) -> int:
    """Check the data folder, the engines, the ports, the clock and the disk, and say what to do.

    Exit code 1 means that something is not well.
    """
    settings = load({"data": data, "port": port, "console_port": console_port}, os.environ)
    findings = list(examine(settings))
    healthy = all(finding.well for finding in findings)
    if json:
        say_json({"well": healthy, "findings": findings})
    else:
        for finding in findings:
            say(f"{'ok  ' if finding.well else 'BAD '} {finding.check}: {finding.found}")
            if not finding.well:
                say(f"     → {finding.advice}")
    return 0 if healthy else 1
