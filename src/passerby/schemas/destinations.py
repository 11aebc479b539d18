"""JSON of destinations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from passerby.clock import iso
from passerby.deliveries.latency import quantile
from passerby.deliveries.protocol import Dead, index_of, row_of
from passerby.destinations.configuration import masked
from passerby.destinations.kind import Kind
from passerby.destinations.records import Batch, Destination, ItemType, Ordering, PauseReason, State
from passerby.destinations.signatures import verification_key
from passerby.services.cursors import Listed
from passerby.services.destinations import Added, Overview, Wanted

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Config = Annotated[dict[str, Any], Meta(description="Members of the kind's configuration.")]
Types = Annotated[list[ItemType], Meta(min_length=1, max_length=8)]
Texts = Annotated[list[Annotated[str, Meta(min_length=1, max_length=100)]], Meta(max_length=50)]


class ChangeDestinationRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Members of a destination to change. Those that are left out keep their values, also within `config`."""

    name: Name | UnsetType = UNSET
    config: Config | UnsetType = UNSET
    types: Types | UnsetType = UNSET
    when: dict[str, Any] | UnsetType | None = UNSET
    map: Any = UNSET
    ordering: Ordering | UnsetType = UNSET
    batch: Batch | UnsetType | None = UNSET
    purposes: Texts | UnsetType = UNSET
    sources: Texts | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class AddDestinationRequest(ChangeDestinationRequest, kw_only=True, forbid_unknown_fields=True):
    """A destination to add. Members that are left out get the defaults of its kind."""

    kind: Annotated[str, Meta(min_length=1, max_length=50)]
    name: Name
    config: Config


class DestinationInfo(msgspec.Struct, kw_only=True):
    """A destination. Of secrets, `config` has the last characters only; `map` is null for the kind's default.

    `state` is `paused` for the reason `pause_reason`: `user`, `auth` (credentials refused), `gone` (410),
    `misconfigured`, `failing` (for 120 hours), or `retention` (items were lost while it was paused).
    """

    id: str
    kind: str
    name: str
    state: State
    pause_reason: PauseReason
    enabled: bool
    config: dict[str, Any]
    types: list[ItemType]
    when: dict[str, Any] | None
    map: Any
    ordering: Ordering
    batch: Batch | None
    purposes: list[str]
    sources: list[str]
    created_at: str
    changed_at: str
    version: int


class AddedDestination(DestinationInfo, kw_only=True):
    """A destination that was added, or whose secret was rotated, with that secret: the only time that it is shown."""

    signing_secret: str
    verification_key: str
    """What a receiver verifies signatures with: the secret itself, or a public key."""


class DestinationList(msgspec.Struct, kw_only=True):
    """The destinations of the project, oldest first."""

    destinations: list[DestinationInfo]


class DeletedDestination(msgspec.Struct, kw_only=True):
    """A destination that was deleted."""

    id: str
    deleted: bool


class DestinationKind(msgspec.Struct, kw_only=True):
    """A kind of destination. `config_schema` is the JSON Schema of `config`; secrets are `writeOnly`."""

    name: str
    title: str
    summary: str
    docs_url: str
    config_schema: dict[str, Any]
    types: list[ItemType]
    default_types: list[ItemType]
    default_ordering: Ordering
    default_purposes: list[str]
    signs: bool


class DestinationKindList(msgspec.Struct, kw_only=True):
    """All kinds of destinations."""

    kinds: list[DestinationKind]


class StepCounts(msgspec.Struct, kw_only=True):
    """Items by step since the destination was added.

    `selected = filtered + withheld + delivered + dead + expired + parked + waiting`; `adds_up`: whether that holds.
    """

    selected: int
    filtered: dict[str, int]
    withheld: dict[str, int]
    delivered: int
    dead: dict[str, int]
    expired: int
    parked: int
    waiting: int
    adds_up: bool


class ExchangeInfo(msgspec.Struct, kw_only=True):
    """A request and its response, secrets masked and bodies shortened."""

    at: str
    result: str
    reason: str
    status: int
    request: str
    response: str


class DestinationOverview(msgspec.Struct, kw_only=True):
    """What a destination did.

    `oldest_waiting_at` is null without a waiting item, `backlog_rows` how many batches of the outbox are not read.
    Latencies are in ms, from receipt to delivery, of the minutes asked for; null without a delivery.
    """

    id: str
    state: State
    pause_reason: PauseReason
    counts: StepCounts
    oldest_waiting_at: str | None
    backlog_rows: int
    latency_ms: dict[str, int | None]
    delivered_by_minute: list[tuple[str, int]]
    exchanges: list[ExchangeInfo]


class DeadItem(msgspec.Struct, kw_only=True):
    """An item that was given up. `subject` is an event's id, or a profile's id."""

    number: str
    type: str
    subject: str
    profile_id: str
    at: str
    attempts: int
    status: int
    reason: str
    excerpt: str


class DeadItemPage(msgspec.Struct, kw_only=True):
    """Items that were given up, newest first. `cursor` leads to the next page, null on the last one."""

    items: list[DeadItem]
    cursor: str | None


class ReplayRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to try again: dead items, those with a `reason` or all."""

    what: Annotated[str, Meta(pattern="^dead$")] = "dead"
    reason: Annotated[str, Meta(max_length=100)] = ""


class Replayed(msgspec.Struct, kw_only=True):
    """Items that are tried again."""

    items: int


class RotateRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A rotation of the signing secret. Both secrets sign during `overlap`, such as `24h`; at most 7 days."""

    overlap: Annotated[str, Meta(pattern="^[0-9]{1,4}[smhd]$")] = "24h"


_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds(duration: str) -> int:
    """Return a duration such as `24h` in ms."""
    return int(duration[:-1]) * _UNITS[duration[-1]]


def wanted(request: ChangeDestinationRequest) -> Wanted:
    """Return the members that a request asks for."""
    return Wanted(
        name=request.name,
        config=request.config,
        types=UNSET if request.types is UNSET else tuple(request.types),
        when=request.when,
        map=request.map,
        ordering=request.ordering,
        batch=request.batch,
        purposes=UNSET if request.purposes is UNSET else tuple(request.purposes),
        sources=UNSET if request.sources is UNSET else tuple(request.sources),
        enabled=request.enabled,
    )


def destination_info(destination: Destination) -> DestinationInfo:
    """Return the JSON of a destination."""
    return DestinationInfo(**_members(destination))


def added_destination(added: Added) -> AddedDestination:
    """Return the JSON of a destination with its new secret."""
    key = verification_key(added.signing_secret) if added.signing_secret else ""
    return AddedDestination(**_members(added.destination), signing_secret=added.signing_secret, verification_key=key)


def destination_list(destinations: list[Destination]) -> DestinationList:
    """Return the JSON of a project's destinations."""
    return DestinationList(destinations=[destination_info(each) for each in destinations])


def kind_list(kinds: Iterable[Kind]) -> DestinationKindList:
    """Return the JSON of kinds."""
    return DestinationKindList(kinds=[_kind(kind) for kind in kinds])


def overview(found: Overview) -> DestinationOverview:
    """Return the JSON of what a destination did."""
    progress = found.progress
    by_minute: dict[int, int] = {}
    latencies: dict[int, int] = {}
    for count in found.counts:
        if count.step == "delivered":
            by_minute[count.minute] = by_minute.get(count.minute, 0) + count.n
        elif count.step == "latency":
            latencies[int(count.reason)] = latencies.get(int(count.reason), 0) + count.n
    return DestinationOverview(
        id=found.destination.id,
        state=found.destination.state,
        pause_reason=found.destination.pause_reason,
        counts=StepCounts(
            selected=found.total("selected"),
            filtered=_by_reason(found, "filtered"),
            withheld=_by_reason(found, "withheld"),
            delivered=found.total("delivered"),
            dead=dict(found.dead),
            expired=found.total("expired"),
            parked=found.parked,
            waiting=progress.waiting if progress else 0,
            adds_up=found.adds_up,
        ),
        oldest_waiting_at=iso(progress.oldest_at) if progress and progress.oldest_at else None,
        backlog_rows=found.backlog_rows,
        latency_ms={f"p{share}": quantile(latencies, share / 100) for share in (50, 95, 99)},
        delivered_by_minute=[(iso(minute * 60_000), n) for minute, n in sorted(by_minute.items())],
        exchanges=[
            ExchangeInfo(
                at=iso(each.at),
                result=each.result,
                reason=each.reason,
                status=each.status,
                request=each.request,
                response=each.response,
            )
            for each in found.exchanges
        ],
    )


def dead_item_page(page: Listed[Dead]) -> DeadItemPage:
    """Return the JSON of a page of items that were given up."""
    return DeadItemPage(items=[dead_item(item) for item in page.items], cursor=page.cursor)


def dead_item(item: Dead) -> DeadItem:
    """Return the JSON of an item that was given up."""
    return DeadItem(
        number=f"{row_of(item.number)}.{index_of(item.number)}",
        type=item.item_type,
        subject=item.subject,
        profile_id=item.person,
        at=iso(item.at),
        attempts=item.attempts,
        status=item.status,
        reason=item.reason,
        excerpt=item.excerpt,
    )


def _members(destination: Destination) -> dict[str, Any]:
    return {
        "id": destination.id,
        "kind": destination.kind,
        "name": destination.name,
        "state": destination.state,
        "pause_reason": destination.pause_reason,
        "enabled": destination.enabled,
        "config": {**destination.config, **masked(destination.secrets)},
        "types": list(destination.types),
        "when": destination.when,
        "map": destination.map,
        "ordering": destination.ordering,
        "batch": destination.batch,
        "purposes": list(destination.purposes),
        "sources": list(destination.sources),
        "created_at": iso(destination.created_at),
        "changed_at": iso(destination.changed_at),
        "version": destination.version,
    }


def _kind(kind: Kind) -> DestinationKind:
    return DestinationKind(
        name=kind.name,
        title=kind.title,
        summary=kind.summary,
        docs_url=kind.docs_url,
        config_schema=_config_schema(kind),
        types=list(kind.types),
        default_types=list(kind.default_types),
        default_ordering=kind.default_ordering,
        default_purposes=list(kind.default_purposes),
        signs=kind.signs,
    )


def _config_schema(kind: Kind) -> dict[str, Any]:
    """Return the JSON Schema of a kind's `config`. `batch` is a member of the destination, not of `config`."""
    _, definitions = msgspec.json.schema_components([kind.config])
    described = dict(definitions[kind.config.__name__])
    described["properties"] = {name: each for name, each in described["properties"].items() if name != "batch"}
    return described


def _by_reason(found: Overview, step: str) -> dict[str, int]:
    return {reason: n for (each, reason), n in found.totals.items() if each == step}
