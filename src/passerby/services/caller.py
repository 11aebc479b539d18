"""The caller of a service: the actor that is recorded, the client's address, and its permissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from passerby.accounts.scopes import Scope
from passerby.accounts.users import Role, Visitor
from passerby.identity import decisions
from passerby.identity.decisions import Actor


class Permission(StrEnum):
    """What a use case requires. The first three are the scopes of API tokens."""

    READ = "read"
    IDENTITY = "identity"
    MANAGE = "manage"
    ADMINISTER = "administer"
    """Console users and alerts, which belong to the whole server."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An actor with its permissions: in every project, and in single ones by their ids.

    `address` is the client's, empty where unknown.
    """

    actor: Actor
    address: str = ""
    permissions: frozenset[Permission] = frozenset()
    projects: Mapping[int, frozenset[Permission]] = field(default_factory=dict)

    def may(self, permission: Permission, project: int) -> bool:
        """Whether the caller has this permission in the project."""
        return permission in self.permissions or permission in self.projects.get(project, frozenset())

    @property
    def label(self) -> str:
        """The caller as the audit log names it."""
        return "an unknown user" if self.actor.kind == "unknown" else self.actor.label

    @property
    def user(self) -> str:
        """The name of the console user; empty for any other caller."""
        return self.actor.name if self.actor.kind == "console_user" else ""


VIEWING: Final = frozenset({Permission.READ})
IN_PROJECT: Final = frozenset({Permission.READ, Permission.IDENTITY, Permission.MANAGE})
EVERYTHING: Final = frozenset(Permission)

COMMAND_LINE: Final = Caller(decisions.COMMAND_LINE, permissions=EVERYTHING)
"""A user of the machine, who can read and write the data directory anyway."""


def bearer(label: str, project: int, scopes: Iterable[Scope], address: str = "") -> Caller:
    """Return the bearer of an API token, named by the token's label."""
    permissions = frozenset(Permission(scope.value) for scope in scopes)
    return Caller(Actor("api_token", label), address, projects={project: permissions})


def signed_in(visitor: Visitor, address: str = "") -> Caller:
    """Return a signed-in console user. An administrator of every project also administers the server."""
    everywhere = {None: frozenset[Permission](), Role.VIEWER: VIEWING, Role.ADMIN: EVERYTHING}[visitor.role]
    projects = {number: IN_PROJECT if role is Role.ADMIN else VIEWING for number, role in visitor.projects.items()}
    return Caller(Actor("console_user", visitor.name), address, everywhere, projects)
