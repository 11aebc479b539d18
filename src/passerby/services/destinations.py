"""Destinations of a project: their configuration, what they delivered, and what they could not deliver."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import msgspec
import uuid_utils

from passerby.deliveries.protocol import Count, Dead, Exchange, Progress, Step, number_of, row_of
from passerby.delivery.destinations.target import Target
from passerby.destinations import registry
from passerby.destinations.conditions import InvalidCondition
from passerby.destinations.configuration import split, urls
from passerby.destinations.egress import EgressRefused
from passerby.destinations.kind import InvalidConfig, Kind
from passerby.destinations.mapping import InvalidTemplate
from passerby.destinations.protocol import NameTaken, TooManyDestinations, UnknownDestination, VersionChanged
from passerby.destinations.records import Batch, Destination, ItemType, Ordering, PauseReason, SigningSecret
from passerby.destinations.signatures import OverlapTooLong, TooManySecrets, new_secret, rotate
from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.cursors import AfterDead, Listed, Page, decode, encode
from passerby.services.errors import invalid, not_found
from passerby.services.use_cases import changing, reading

LARGEST_NAME: Final = 100
REPLAYED_AT_ONCE: Final = 1_000
"""Items that one transaction of a replay parks again."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A destination as it is asked for. Members that are UNSET keep their value, or get the kind's default."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    config: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    types: tuple[ItemType, ...] | msgspec.UnsetType = msgspec.UNSET
    when: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
    map: Any = msgspec.UNSET
    ordering: Ordering | msgspec.UnsetType = msgspec.UNSET
    batch: Batch | msgspec.UnsetType | None = msgspec.UNSET
    purposes: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    sources: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET


class Added(NamedTuple):
    """A destination that was added, and the secret of its signature, which is shown this once; "" without one."""

    destination: Destination
    signing_secret: str


class Overview(NamedTuple):
    """What a destination did. `totals` are of all time, `counts` by minute. Backlog is in rows of the outbox.

    selected = filtered + withheld + delivered + dead + expired + parked + waiting, where `dead` is the present number.
    """

    destination: Destination
    progress: Progress | None
    parked: int
    dead: Mapping[str, int]
    totals: Mapping[tuple[Step, str], int]
    counts: list[Count]
    exchanges: list[Exchange]
    backlog_rows: int

    def total(self, step: Step) -> int:
        """Return the items of a step, with whatever reason."""
        return sum(n for (each, _), n in self.totals.items() if each == step)

    @property
    def adds_up(self) -> bool:
        """Whether every selected item is accounted for."""
        accounted = sum(map(self.total, _FINAL)) + sum(self.dead.values()) + self.parked
        return self.total("selected") == accounted + (self.progress.waiting if self.progress else 0)


_FINAL: Final[tuple[Step, ...]] = ("filtered", "withheld", "delivered", "expired")


@reading(Permission.READ)
def list_kinds(access: Access) -> tuple[Kind, ...]:  # noqa: ARG001 - the permission is checked
    """Return all kinds of destinations."""
    return registry.ALL


@reading(Permission.READ)
def list_destinations(access: Access) -> list[Destination]:
    """Return the destinations of the project, oldest first."""
    with access.context.destinations() as stored:
        return stored.of_project(access.project)


@reading(Permission.READ)
def get_destination(access: Access, destination_id: str) -> Destination:
    """Return a destination. Raises NotFound."""
    with access.context.destinations() as stored, _refusals():
        return stored.get(access.project, destination_id)


@changing(Permission.MANAGE)
def add_destination(access: Access, kind: str, wanted: Wanted) -> Added:
    """Add a destination, which receives items from now on. Raises InvalidParameters with the path of what is wrong."""
    known = _kind(kind)
    now = access.context.now()
    secret = new_secret("hmac", os.urandom) if known.signs else ""
    draft = Destination(
        id=str(uuid_utils.uuid7()),
        project=access.project,
        kind=kind,
        name="",
        config={},
        types=known.default_types,
        ordering=known.default_ordering,
        purposes=known.default_purposes,
        signing_secrets=(SigningSecret(secret, now),) if secret else (),
        created_at=now,
        changed_at=now,
    )
    destination = _checked(access, _changed(draft, wanted, now))
    begin_after = number_of(access.context.state.outbox_end() + 1, 0) - 1
    recorded = access.recording("destination.added", destination.id, _details(destination))
    with recorded, access.context.destinations() as stored, _refusals():
        stored.add(destination, begin_after)
    return Added(destination, secret)


@changing(Permission.MANAGE)
def change_destination(access: Access, destination_id: str, wanted: Wanted) -> Destination:
    """Change members of a destination. Items that wait for a retry follow the new configuration.

    Members of `config` that are left out keep their values. Raises NotFound, InvalidParameters.
    """
    now = access.context.now()
    with access.context.destinations() as stored, _refusals():
        changed = _checked(access, _changed(stored.get(access.project, destination_id), wanted, now))
        # The cause of the pause may be gone with what is changed: it tries again.
        if changed.pause_reason in {"auth", "gone", "misconfigured", "failing"}:
            changed = msgspec.structs.replace(changed, state="running", pause_reason="")
        with access.recording("destination.changed", destination_id, _details(changed)), _refusals():
            return stored.replace(changed)


@changing(Permission.MANAGE)
def delete_destination(access: Access, destination_id: str) -> None:
    """Delete a destination, with its secrets and all that waits for a retry. Raises NotFound."""
    recorded = access.recording("destination.deleted", destination_id)
    with recorded as change, access.context.destinations() as stored, _refusals():
        change.details = {"name": stored.get(access.project, destination_id).name}
        stored.delete(access.project, destination_id)


@changing(Permission.MANAGE)
def pause_destination(access: Access, destination_id: str) -> Destination:
    """Pause a destination: nothing is sent, and its position is kept. Raises NotFound."""
    return _set_state(access, destination_id, "destination.paused", is_paused=True)


@changing(Permission.MANAGE)
def resume_destination(access: Access, destination_id: str) -> Destination:
    """Resume a destination that was paused for whatever reason. Raises NotFound."""
    return _set_state(access, destination_id, "destination.resumed", is_paused=False)


@changing(Permission.MANAGE)
def rotate_signing_secret(access: Access, destination_id: str, overlap_ms: int) -> Added:
    """Replace the secret of the signature; the replaced one signs as well for another `overlap_ms`.

    Raises NotFound, and InvalidParameters for a kind without signatures, too many valid secrets, or a longer overlap.
    """
    now = access.context.now()
    recorded = access.recording("destination.secret_rotated", destination_id, {"overlap_ms": overlap_ms})
    with recorded, access.context.destinations() as stored, _refusals():
        destination = stored.get(access.project, destination_id)
        if not registry.NAMED[destination.kind].signs:
            raise invalid("destination_id", f"{destination.kind} requests are not signed")
        secret = new_secret("hmac", os.urandom)
        secrets = rotate(destination.signing_secrets, secret, now, overlap_ms)
        changed = msgspec.structs.replace(destination, signing_secrets=secrets, changed_at=now)
        return Added(stored.replace(changed), secret)


@reading(Permission.READ)
def destination_overview(access: Access, destination_id: str, since: int) -> Overview:
    """Return what a destination did: counts by minute since a time (ms), and the newest exchanges. Raises NotFound."""
    destination = get_destination(access, destination_id)
    end = access.context.state.outbox_end()
    with access.context.deliveries() as store:
        progress = store.progress(destination_id)
        return Overview(
            destination=destination,
            progress=progress,
            parked=store.parked(destination_id),
            dead=store.dead_by_reason(destination_id),
            totals=store.totals(destination_id),
            counts=store.counts(destination_id, since),
            exchanges=store.exchanges(destination_id),
            backlog_rows=0 if progress is None else max(0, end - row_of(progress.read)),
        )


@reading(Permission.READ)
def dead_items(access: Access, destination_id: str, page: Page, *, reason: str = "") -> Listed[Dead]:
    """Return items that were given up, newest first. Raises NotFound, and InvalidParameters for a wrong cursor."""
    get_destination(access, destination_id)
    place = decode(page.cursor, AfterDead)
    before = None if place is None else (place.at, place.number)
    with access.context.deliveries() as store:
        found = store.dead(destination_id, limit=page.limit + 1, reason=reason, before=before)
    items = found[: page.limit]
    is_last = len(found) <= page.limit
    return Listed(items, None if is_last else encode(AfterDead(items[-1].at, items[-1].number)))


@changing(Permission.MANAGE)
def replay_dead(access: Access, destination_id: str, *, reason: str = "") -> int:
    """Try items again that were given up, those with a reason or all; return how many. Raises NotFound."""
    get_destination(access, destination_id)
    recorded = access.recording("destination.replayed", destination_id)
    replayed = 0
    with recorded as change, access.context.deliveries() as store:
        while items := store.dead(destination_id, limit=REPLAYED_AT_ONCE, reason=reason):
            replayed += store.revive(destination_id, items, access.context.now())
        change.details = {"reason": reason, "items": replayed}
    return replayed


def _kind(name: str) -> Kind:
    kind = registry.NAMED.get(name)
    if kind is None:
        raise invalid("kind", f"unknown kind {name[:100]!r}, expected one of {', '.join(registry.NAMES)}")
    return kind


def _changed(destination: Destination, wanted: Wanted, now: int) -> Destination:
    """Return a destination with the wanted members. Members of `config` that are left out keep their values.

    A member of `config` that is None is removed.
    """
    members = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not msgspec.UNSET}
    config = members.pop("config", None)
    if config is not None:
        merged = {**destination.config, **destination.secrets, **config}
        kept = {name: value for name, value in merged.items() if value is not None}
        members["config"], members["secrets"] = split(registry.NAMED[destination.kind], kept)
    return msgspec.structs.replace(destination, **members, changed_at=now)


def _checked(access: Access, destination: Destination) -> Destination:
    """Return a destination that can be delivered to. Raises InvalidParameters with the path of what is wrong."""
    if not 0 < len(destination.name) <= LARGEST_NAME:
        raise invalid("name", f"must have 1 to {LARGEST_NAME} characters")
    kind = registry.NAMED[destination.kind]
    for item_type in destination.types:
        if item_type not in kind.types:
            raise invalid("types", f"{kind.title} does not take {item_type}, only {', '.join(kind.types)}")
    if not destination.types:
        raise invalid("types", "must name at least one type")
    try:
        Target(destination, "")
    except (InvalidConfig, InvalidTemplate, InvalidCondition) as problem:
        raise invalid(problem.path, problem.reason) from None
    for path, url in urls(kind, {**destination.config, **destination.secrets}):
        try:
            access.context.check_egress(url)
        except EgressRefused as refused:
            raise invalid(path, str(refused)) from None
    return destination


def _set_state(access: Access, destination_id: str, action: str, *, is_paused: bool) -> Destination:
    reason: PauseReason = "user" if is_paused else ""
    recorded = access.recording(action, destination_id)
    with recorded as change, access.context.destinations() as stored, _refusals():
        change.has_effect = stored.get(access.project, destination_id).pause_reason != reason
        if change.has_effect:
            stored.set_state(destination_id, reason, access.context.now())
        return stored.get(access.project, destination_id)


def _details(destination: Destination) -> dict[str, Any]:
    """Return what the audit log says of a destination: no secret, and no value that may be one."""
    return {
        "kind": destination.kind,
        "name": destination.name,
        "types": list(destination.types),
        "version": destination.version,
    }


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except UnknownDestination:
        raise not_found("destination") from None
    except NameTaken:
        raise invalid("name", "another destination of the project has this name") from None
    except TooManyDestinations:
        raise invalid("name", "the project has as many destinations as it may have") from None
    except VersionChanged:
        raise invalid("destination_id", "the destination was changed meanwhile: read it again") from None
    except (TooManySecrets, OverlapTooLong) as problem:
        raise invalid("overlap", str(problem)) from None
