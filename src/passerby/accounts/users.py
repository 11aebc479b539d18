"""Console users and their roles, and the limits of their sessions.

A session is a random value in a cookie, of which only the hash is stored. It ends when its user signs out, gets another
password or is removed, when it was unused for IDLE_MS, and in any case LONGEST_MS after it began.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

IDLE_MS = 12 * 60 * 60 * 1000
LONGEST_MS = 7 * 24 * 60 * 60 * 1000
RENEW_MS = 60 * 1000
"""A session's last use is stored at most once in this time, so that not every page causes a disk write."""
DEVICE_MS = 400 * 24 * 60 * 60 * 1000
"""How long a browser that has signed in is known: browsers keep a cookie for 400 days at most."""
MOST_DEVICES = 50
"""Known browsers of one user; the next one makes the oldest unknown."""
MOST_SESSIONS = 50
"""Sessions of one user; the next one ends the oldest."""


class Role(StrEnum):
    """Role of a console user in a project: read-only (viewer) or full access (admin)."""

    VIEWER = "viewer"
    ADMIN = "admin"


class ConsoleUser(msgspec.Struct, frozen=True, kw_only=True):
    """A user of the console. `changed_at`: when the password was set, in milliseconds since 1970.

    `role` is the one in every project, None for none; `projects` are roles in single projects, by their numbers.
    """

    name: str
    role: Role | None
    changed_at: int
    projects: dict[int, Role] = {}


class Visitor(msgspec.Struct, frozen=True):
    """The user of a request's session; `role` and `projects` as a ConsoleUser has them."""

    name: str
    role: Role | None
    projects: dict[int, Role] = {}

    def role_in(self, project: int) -> Role | None:
        """Return the role in a project; None for no access."""
        own = self.projects.get(project)
        return Role.ADMIN if Role.ADMIN in {self.role, own} else own or self.role
