"""Memory and CPU time of a running server's processes, by role."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

ROLES = ("edge", "worker", "console")
_TICKS = os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """Resident memory now (MB), and processor time since the process began (seconds)."""

    megabytes: float
    seconds: float


def usage(data: Path) -> dict[str, Usage]:
    """Of each role on this data directory, several processes of a role added up; and of the supervisor."""
    found: dict[str, Usage] = {}
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            words = (process / "cmdline").read_bytes().decode().split("\0")
            if str(data) not in " ".join(words) or "serve" not in words:
                continue
            role = next((r for r in ROLES if f"--role={r}" in words), "supervisor")
            before = found.get(role, Usage(0, 0))
            found[role] = Usage(before.megabytes + _resident(process), before.seconds + _busy(process))
        except OSError:
            continue
    return found


def _resident(process: Path) -> float:
    lines = (process / "status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0) / 1024


def _busy(process: Path) -> float:
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
