"""Number of processes of each role, by the number of cores."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Literal, NamedTuple

Role = Literal["edge", "worker", "console", "deliver"]
ROLES: tuple[Role, ...] = ("worker", "edge", "console", "deliver")
"""In the order in which they are started: the worker takes longest to become ready."""

MOST_EDGES = 8
"""More would only contend for the log, which has one writer at a time."""

_CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")


class Layout(NamedTuple):
    """Number of processes by role. One machine has one of each but the edge, whatever its size."""

    edges: int
    worker: int = 1
    console: int = 1
    deliver: int = 1

    def count(self, role: Role) -> int:
        return {"edge": self.edges, "worker": self.worker, "console": self.console, "deliver": self.deliver}[role]


def layout(cores: int, edges: int = 0) -> Layout:
    """Return the layout for this many cores. `edges` overrides their number.

    Edges get half of the cores that worker and console leave: one edge accepts more messages than the worker applies,
    so the other half is left to the threads of the engines.
    """
    return Layout(edges or min(max(1, (cores - 2) // 2), MOST_EDGES))


def cores_found() -> int:
    """Return the number of cores that this process may use: its CPU affinity, limited by its container's quota."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota = _CGROUP_LIMIT.read_text(encoding="ascii")
    except OSError:
        return allowed
    return min(allowed, cores_of_quota(quota) or allowed)


def cores_of_quota(quota: str) -> int:
    """Return the cores that a cgroup's `cpu.max` allows, rounded up; 0 without a limit."""
    share, _, period = quota.partition(" ")
    return 0 if share == "max" else math.ceil(int(share) / int(period))
