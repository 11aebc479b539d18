"""How many processes of each role a machine gets."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Literal, NamedTuple

Role = Literal["edge", "worker", "console"]
ROLES: tuple[Role, ...] = ("worker", "edge", "console")
"""In the order in which they are started: what the first one needs most is time to load what it knows."""

MOST_EDGES = 8
"""More only contend for the log: appending is one writer's work at a time."""

_CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")


class Layout(NamedTuple):
    """Number of processes by role. One machine has one worker and one console, whatever its size."""

    edges: int
    worker: int = 1
    console: int = 1

    def count(self, role: Role) -> int:
        return {"edge": self.edges, "worker": self.worker, "console": self.console}[role]


def layout(cores: int, edges: int = 0) -> Layout:
    """The layout for this many cores: edges get half of what worker and console leave, unless `edges` says otherwise.

    One core's edge answers more requests than one worker can apply, so the other half is for the engines' own threads.
    """
    return Layout(edges or min(max(1, (cores - 2) // 2), MOST_EDGES))


def cores_found() -> int:
    """The cores that this process may use: by its affinity, and by its container's quota where it has one."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota = _CGROUP_LIMIT.read_text(encoding="ascii")
    except OSError:
        return allowed
    return min(allowed, cores_of_quota(quota) or allowed)


def cores_of_quota(quota: str) -> int:
    """The cores that a container's `cpu.max` allows, rounded up; 0 where it sets no limit."""
    share, _, period = quota.partition(" ")
    return 0 if share == "max" else math.ceil(int(share) / int(period))
