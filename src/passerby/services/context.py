"""The stores and other parts that services work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from passerby.accounts.protocol import Projects, Users
from passerby.accounts.scopes import Scope
from passerby.audit.protocol import AuditLog
from passerby.catalogue.aliases import Alias
from passerby.catalogue.types import DataType
from passerby.deliveries.protocol import DeliveryStore
from passerby.destinations.protocol import Destinations
from passerby.event_store.protocol import EventStore
from passerby.identity.decisions import Actor
from passerby.identity.namespaces import Policy
from passerby.log.protocol import Archive
from passerby.messages import Identifier
from passerby.positions import Positions
from passerby.rejected_requests.protocol import RejectedReader
from passerby.rejected_requests.record import Use
from passerby.services.daily_counts import DailyCountCache
from passerby.services.health import Check
from passerby.services.log import AcceptedLog
from passerby.services.readers import Readers
from passerby.services.tail import Tail
from passerby.services.visibility import Visibility
from passerby.state.protocol import Detachment, ManualDecision, ManualMerge
from passerby.state.views import Deletion, StateReader


class Tokens(Protocol):
    """The API tokens of all projects."""

    def token_project(self, token: str) -> int | None:
        """Return the project of a token; None for an unknown or revoked one."""

    def token_label(self, token: str) -> str:
        """Return the label of a token; empty for none."""

    def token_scopes(self, token: str) -> frozenset[Scope]:
        """Return the scopes of a token; none for an unknown or revoked one."""

    def is_alone(self, project: int) -> bool:
        """Return whether there is no other project."""


class Writer(Protocol):
    """The changes of the state that services make; see `state.protocol.State` for each."""

    def undo_merge(  # noqa: PLR0913 - as in state.protocol
        self, project: int, merge_id: str, at: int, policy: Policy, *, actor: Actor, comment: str
    ) -> tuple[str, str]: ...

    def merge_profiles(
        self, project: int, winner: str, loser: str, decision: ManualDecision, *, force: bool
    ) -> ManualMerge: ...

    def detach(self, project: int, profile: str, identifier: Identifier, decision: ManualDecision) -> Detachment: ...

    def change_type(self, project: int, event: str, attribute: str, type_: DataType) -> DataType: ...

    def add_alias(self, project: int, alias: Alias) -> None: ...

    def remove_alias(self, project: int, event: str, attribute: str) -> None: ...

    def delete_names(self, project: int, names: Sequence[tuple[str, str]]) -> list[tuple[str, str]]: ...

    def delete_test_data(self, project: int, at: int) -> Deletion: ...

    def undo_detachment(self, project: int, detachment_id: str, decision: ManualDecision) -> ManualMerge: ...

    def dismiss_duplicate(self, project: int, one: str, other: str, decision: ManualDecision) -> tuple[str, str]: ...

    def restore_duplicate(self, project: int, one: str, other: str) -> tuple[str, str]: ...


class Sender(Protocol):
    """Appends messages to the log; see `log.protocol.LogWriter`."""

    def append(self, encoded: Sequence[bytes], counts: Mapping[int, int], received_at: int) -> Positions: ...


class Context(Protocol):
    """The stores that a use case works with, whichever interface it is called through."""

    @property
    def state(self) -> StateReader:
        """The state, for reading."""

    @property
    def writer(self) -> Callable[[], AbstractContextManager[Writer]]:
        """Opens the state for writing, for one block: on a connection of its own, because changes are rare."""

    @property
    def control(self) -> Callable[[], AbstractContextManager[Projects]]:
        """Opens projects, keys, policies and annotations for one block."""

    @property
    def users(self) -> Users:
        """The console's users and their sessions."""

    @property
    def audit(self) -> Callable[[], AbstractContextManager[AuditLog]]:
        """Opens the audit log for one block."""

    @property
    def destinations(self) -> Callable[[], AbstractContextManager[Destinations]]:
        """Opens the configurations of destinations for one block."""

    @property
    def deliveries(self) -> Callable[[], AbstractContextManager[DeliveryStore]]:
        """Opens the progress of destinations for one block."""

    @property
    def check_egress(self) -> Callable[[str], object]:
        """Checks a URL that a destination is to send to. Raises EgressRefused."""

    @property
    def key_uses(self) -> Callable[[int], dict[int, Use]]:
        """When each key was last used, and how often in the hour before a time (ms), by the keys' ids."""

    @property
    def policy_of(self) -> Callable[[int], Policy]:
        """A project's identity rules."""

    @property
    def now(self) -> Callable[[], int]:
        """The time in milliseconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerContext:
    """A `Context` within a running server, with its log, its event store and its own parts.

    `metrics` gives the page of `/metrics`; `ingest_url` is the address of the ingest port; `metrics_token` opens
    `/metrics` to clients on other machines, empty: none does.
    """

    policy_of: Callable[[int], Policy]
    state: StateReader
    writer: Callable[[], AbstractContextManager[Writer]]
    control: Callable[[], AbstractContextManager[Projects]]
    users: Users
    audit: Callable[[], AbstractContextManager[AuditLog]]
    destinations: Callable[[], AbstractContextManager[Destinations]]
    deliveries: Callable[[], AbstractContextManager[DeliveryStore]]
    check_egress: Callable[[str], object]
    now: Callable[[], int]
    tokens: Tokens
    sender: Callable[[], AbstractContextManager[Sender]]
    log: AcceptedLog
    archive: Archive
    events: EventStore
    refused: RejectedReader
    tail: Tail
    daily_counts: DailyCountCache
    visibility: Visibility
    readers: Readers
    checks: Sequence[Check]
    metrics: Callable[[], str]
    ingest_url: str
    metrics_token: str = ""

    @property
    def key_uses(self) -> Callable[[int], dict[int, Use]]:
        """When each key was last used; see `Context`."""
        return self.refused.uses
