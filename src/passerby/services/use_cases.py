"""Declares use cases: each one states the permission that it requires, and whether it changes something.

    @changing(Permission.IDENTITY)
    def undo_merge(access: Access, merge_id: str, reason: str = "") -> UndoneMerge: ...

The permission is checked before the function runs. `tests/services` walks everything that is declared here: a use case
that changes something has to write exactly one audit entry, whichever interface it is called through.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.errors import Forbidden

A = TypeVar("A", bound=Access)
P = ParamSpec("P")
T = TypeVar("T")


class UseCase(NamedTuple):
    """A declared use case."""

    name: str
    permission: Permission | None
    changes: bool


DECLARED: dict[str, UseCase] = {}
"""All use cases of the modules imported so far, by module and function: `merges.undo_merge`."""


def reading(
    permission: Permission | None = Permission.READ,
) -> Callable[[Callable[Concatenate[A, P], T]], Callable[Concatenate[A, P], T]]:
    """Declare a use case that changes nothing. Without a permission, the function itself limits what it returns."""
    return _declared(permission, changes=False)


def changing(
    permission: Permission | None,
) -> Callable[[Callable[Concatenate[A, P], T]], Callable[Concatenate[A, P], T]]:
    """Declare a use case that changes something and records that in the audit log.

    Without a permission, it changes only what belongs to the caller.
    """
    return _declared(permission, changes=True)


def _declared(
    permission: Permission | None, *, changes: bool
) -> Callable[[Callable[Concatenate[A, P], T]], Callable[Concatenate[A, P], T]]:
    def declare(function: Callable[Concatenate[A, P], T]) -> Callable[Concatenate[A, P], T]:
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        DECLARED[name] = UseCase(name, permission, changes)

        @wraps(function)
        def authorised(access: A, /, *args: P.args, **kwargs: P.kwargs) -> T:
            if permission is not None and not access.caller.may(permission, access.project):
                raise Forbidden(permission)
            return function(access, *args, **kwargs)

        return authorised

    return declare
