"""What one call of a use case works with: the stores, the project, and the caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from passerby.services.caller import Caller
from passerby.services.context import Context, ServerContext

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Access:
    """A caller's access to one project; to the server as a whole where `project` is `audit.SERVER`."""

    context: Context
    project: int
    caller: Caller

    def record(self, action: str, subject: str = "", details: Any = None) -> None:
        """Write an entry of the audit log: what the caller did, and to what. `details` is anything JSON can hold.

        A change of accounts records within its transaction, so that it is not made where it cannot be recorded.
        """
        with self.context.audit() as log:
            log.note(
                self.project,
                self.context.now(),
                who=self.caller.label,
                action=action,
                subject=subject,
                details=details,
                address=self.caller.address,
            )


@dataclass(frozen=True, slots=True)
class ServerAccess(Access):
    """The same within a running server, whose log and event store can be read as well."""

    context: ServerContext

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking call in one of the reader threads."""
        return await self.context.readers.run(read, *args, **kwargs)
