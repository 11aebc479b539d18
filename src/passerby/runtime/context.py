"""The context of services for commands, which open engines when they are first used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import cached_property

from passerby.accounts.policies import policy_of
from passerby.accounts.protocol import Projects, Users
from passerby.audit.protocol import AuditLog
from passerby.clock import now_ms
from passerby.engines import Engines
from passerby.identity.namespaces import Policy
from passerby.rejected_requests.record import Use
from passerby.services.context import Writer
from passerby.state.views import StateReader


class EngineContext:
    """Implements `services.context.Context` over engines. `held` closes what was opened.

    Readers do not create the state: callers check `engines.state.exists()` first.
    """

    def __init__(self, engines: Engines, held: ExitStack) -> None:
        self._engines = engines
        self._held = held

    @cached_property
    def state(self) -> StateReader:
        return self._held.enter_context(closing(self._engines.state.open_reader()))

    @cached_property
    def users(self) -> Users:
        self._engines.control.open_projects().close()  # migrates an older control file
        return self._held.enter_context(closing(self._engines.control.open_users()))

    def writer(self) -> AbstractContextManager[Writer]:
        return closing(self._engines.state.open_writer())

    def control(self) -> Projects:
        return self._engines.control.open_projects()

    def audit(self) -> AuditLog:
        return self._engines.control.open_audit()

    def key_uses(self, now: int) -> dict[int, Use]:
        return self._engines.control.key_uses(now)

    def policy_of(self, project: int) -> Policy:
        # Read for each call, unlike in a server: a command makes one call, and needs no feed of changes.
        with self._engines.control.open_projects() as control:
            return policy_of(control.project_numbered(project).settings)

    def now(self) -> int:
        return now_ms()


@contextmanager
def open_context(engines: Engines) -> Iterator[EngineContext]:
    """Open the context of services for a block."""
    with ExitStack() as held:
        yield EngineContext(engines, held)
