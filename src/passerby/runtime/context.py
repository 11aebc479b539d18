"""The context of services for commands, which open engines when they are first used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import cached_property
from typing import Final

from passerby.accounts.policies import policy_of
from passerby.accounts.protocol import Projects, Users
from passerby.audit.protocol import AuditLog
from passerby.clock import now_ms
from passerby.deliveries.protocol import DeliveryStore
from passerby.destinations.egress import Policy as EgressPolicy
from passerby.destinations.egress import check_url
from passerby.destinations.protocol import Destinations
from passerby.engines import Engines
from passerby.identity.namespaces import Policy
from passerby.rejected_requests.record import Use
from passerby.services.context import Writer
from passerby.state.views import StateReader

PUBLIC: Final = EgressPolicy()
"""Public addresses over HTTPS."""


class EngineContext:
    """Implements `services.context.Context` over engines. `held` closes what was opened.

    Readers do not create the state: callers check `engines.state.exists()` first.
    """

    def __init__(self, engines: Engines, egress: EgressPolicy, held: ExitStack) -> None:
        self._engines = engines
        self._egress = egress
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

    def destinations(self) -> Destinations:
        return self._engines.destinations.open_store()

    def deliveries(self) -> AbstractContextManager[DeliveryStore]:
        return closing(self._engines.deliveries.open_store())

    def check_egress(self, url: str) -> None:
        check_url(url, self._egress)

    def key_uses(self, now: int) -> dict[int, Use]:
        return self._engines.control.key_uses(now)

    def policy_of(self, project: int) -> Policy:
        # Read for each call, unlike in a server: a command makes one call, and needs no feed of changes.
        with self._engines.control.open_projects() as control:
            return policy_of(control.project_numbered(project).settings)

    def now(self) -> int:
        return now_ms()


@contextmanager
def open_context(engines: Engines, egress: EgressPolicy = PUBLIC) -> Iterator[EngineContext]:
    """Open the context of services for a block. `egress` is where destinations may send to."""
    with ExitStack() as held:
        yield EngineContext(engines, egress, held)
