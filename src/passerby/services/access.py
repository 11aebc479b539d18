"""Access of a caller to a project: what every use case gets as its first argument."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from passerby.accounts.errors import ProjectError
from passerby.services.caller import Caller
from passerby.services.context import Context, ServerContext
from passerby.services.errors import ServiceError

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class AuditedChange:
    """The audit entry of a change that is being made. The change may add what is known only after it."""

    project: int
    subject: str
    details: Any
    has_effect: bool = True
    """Whether anything changed; else the entry is discarded."""


@dataclass(frozen=True, slots=True)
class Access:
    """A caller's access to one project; to the server as a whole where `project` is `audit.SERVER`."""

    context: Context
    project: int
    caller: Caller

    def record(self, action: str, subject: str = "", details: Any = None) -> None:
        """Write an audit entry for an action that changes nothing else. `details` is anything that JSON can hold."""
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

    @contextmanager
    def recording(self, action: str, subject: str = "", details: Any = None) -> Iterator[AuditedChange]:
        """Context manager around a change: writes its audit entry before it, and records after it that it is done.

        The change and its entry are in different files, so they cannot be one transaction. In this order no change is
        made that cannot be recorded, and a process that ends in between leaves an entry with an unknown outcome instead
        of a change without an entry. A change that is refused leaves no entry.
        """
        change = AuditedChange(self.project, subject, details)
        with self.context.audit() as log:
            entry = log.note(
                self.project,
                self.context.now(),
                who=self.caller.label,
                action=action,
                subject=subject,
                details=details,
                address=self.caller.address,
                outcome="unknown",
            )
            try:
                yield change
            except (ServiceError, ProjectError):
                # Raised by a rule, before anything was changed. Any other error, such as that of a failed COMMIT, does
                # not say whether the change was made: the outcome stays unknown.
                log.discard(entry)
                raise
            if change.has_effect:
                log.complete(entry, change.project, change.subject, change.details)
            else:
                log.discard(entry)


@dataclass(frozen=True, slots=True)
class ServerAccess(Access):
    """The same within a running server, whose log and event store can be read as well."""

    context: ServerContext

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking call in one of the reader threads."""
        return await self.context.readers.run(read, *args, **kwargs)
