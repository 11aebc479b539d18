"""The parts that the routes work with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from passerby.catalogue.aliases import Alias
from passerby.catalogue.types import DataType
from passerby.event_store.protocol import EventStore
from passerby.identity.decisions import Actor
from passerby.identity.namespaces import Policy
from passerby.log.archive import Archive
from passerby.messages import Identifier
from passerby.positions import Positions
from passerby.projects.audit import AuditLog
from passerby.projects.marks import Mark
from passerby.projects.policy import IdentityPolicy, PolicyChange
from passerby.projects.scopes import EVERY, Scope
from passerby.projects.store import AddedKey, Key, Project, ProjectSettings
from passerby.refused.record import Refused
from passerby.refused.store import Use
from passerby.services.health import Check
from passerby.services.log import AcceptedLog
from passerby.services.readers import Readers
from passerby.services.tail import RefusedTail, Tail
from passerby.services.visibility import Visibility
from passerby.services.volumes import VolumeCache
from passerby.state.protocol import Detachment, Hand, HandMerge
from passerby.state.views import Deletion, StateReader


class Tokens(Protocol):
    """The API tokens of all projects."""

    def token_project(self, token: str) -> int | None:
        """The project that a token opens, or None for an unknown or revoked one."""

    def token_label(self, token: str) -> str:
        """What a token was labelled with when it was made; empty for none."""

    def token_scopes(self, token: str) -> frozenset[Scope]:
        """What a token may do: nothing, for an unknown or revoked one."""

    def is_alone(self, project: int) -> bool:
        """Whether there is no other project than this."""


class Writer(Protocol):
    """The few things that the API changes in the state; see `state.protocol.State` for each."""

    def undo_merge(  # noqa: PLR0913 - as in state.protocol
        self, project: int, merge_id: str, at: int, policy: Policy, *, actor: Actor, comment: str
    ) -> tuple[str, str]: ...

    def merge_profiles(self, project: int, winner: str, loser: str, hand: Hand, *, force: bool) -> HandMerge: ...

    def detach(self, project: int, profile: str, identifier: Identifier, hand: Hand) -> Detachment: ...

    def change_type(self, project: int, event: str, attribute: str, type_: DataType) -> DataType: ...

    def add_alias(self, project: int, alias: Alias) -> None: ...

    def remove_alias(self, project: int, event: str, attribute: str) -> None: ...

    def delete_names(self, project: int, names: Sequence[tuple[str, str]]) -> list[tuple[str, str]]: ...

    def delete_test_data(self, project: int, at: int) -> Deletion: ...

    def undo_detachment(self, project: int, detachment_id: str, hand: Hand) -> HandMerge: ...

    def dismiss_duplicate(self, project: int, one: str, other: str, hand: Hand) -> tuple[str, str]: ...

    def restore_duplicate(self, project: int, one: str, other: str) -> tuple[str, str]: ...


class Sender(Protocol):
    """The end of the log that takes messages; see `log.protocol.LogWriter`."""

    def append(self, encoded: Sequence[bytes], counts: Mapping[int, int], received_at: int) -> Positions: ...


class PolicyKeeper(Protocol):
    """The projects, with their policies, keys and marks; see `projects.store.ProjectStore` for each."""

    def transaction(self) -> AbstractContextManager[Any]: ...

    def change_settings(self, project: Project, settings: ProjectSettings) -> None: ...

    def rename_project(self, number: int, name: str) -> None: ...

    def keys(self, project: Project) -> list[Key]: ...

    def add_key(  # noqa: PLR0913 - as the store has it
        self,
        project: Project,
        kind: str,
        now: int,
        *,
        value: str = "",
        label: str = "",
        scopes: Iterable[Scope] = EVERY,
    ) -> AddedKey: ...

    def rotate_key(self, project: Project, number: int, now: int, grace_ms: int = 0) -> AddedKey: ...

    def revoke_key(self, project: Project, number: int, now: int) -> None: ...

    def marks(self, number: int) -> list[Mark]: ...

    def change_mark(self, number: int, event: str, attribute: str, **changed: Any) -> Mark: ...

    def users_of(self, number: int) -> list[str]: ...

    def project_numbered(self, number: int) -> Project: ...

    def set_policy(self, number: int, policy: IdentityPolicy, who: str, now: int) -> None: ...

    def policy_changes(self, number: int, *, limit: int, before: int | None = None) -> list[PolicyChange]: ...


class RefusedRequests(RefusedTail, Protocol):
    """The refused requests; see `refused.store.RefusedReader` for each."""

    def newest(self, projects: Iterable[int], *, limit: int, before: int | None = None) -> list[Refused]: ...

    def counted(self, project: int, begin: int, end: int, step: int) -> list[tuple[str, int, int]]: ...

    def uses(self, now: int) -> dict[int, Use]: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a request may need.

    `policy_of` gives a project's identity rules, `writer` the writing end of the state for as long as a block takes
    (a connection of its own each time: it happens rarely), `policies` likewise the control file; `now` milliseconds
    since 1970, `metrics` the page of `/metrics`; `ingest_url` is where the vendors' calls go;
    `metrics_token` opens `/metrics` to clients on other machines, empty: none does.
    """

    tokens: Tokens
    policy_of: Callable[[int], Policy]
    state: StateReader
    writer: Callable[[], AbstractContextManager[Writer]]
    policies: Callable[[], AbstractContextManager[PolicyKeeper]]
    audit: Callable[[], AbstractContextManager[AuditLog]]
    sender: Callable[[], AbstractContextManager[Sender]]
    log: AcceptedLog
    archive: Archive
    events: EventStore
    refused: RefusedRequests
    tail: Tail
    volumes: VolumeCache
    visibility: Visibility
    readers: Readers
    checks: Sequence[Check]
    metrics: Callable[[], str]
    now: Callable[[], int]
    ingest_url: str
    metrics_token: str = ""
