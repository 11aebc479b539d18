"""JSON of live events: accepted messages and rejected requests in one form, and rejected requests in full."""

from __future__ import annotations

import msgspec

from passerby.clock import iso
from passerby.messages import StandardEvent
from passerby.rejected_requests.record import NO_PROJECT, RejectedRequest
from passerby.schemas.decisions import HistoryIdentifier, history_identifier
from passerby.schemas.published import Json
from passerby.services.cursors import Listed
from passerby.services.items import ItemKind, LiveItem, Status, message_of
from passerby.services.live import LiveRecent
from passerby.services.live_errors import LiveError, State
from passerby.services.tail import LiveBatch


class LiveItemJson(Json, kw_only=True):
    """An accepted message or a refused request.

    `id` is that of the message (see `/v1/events/{event_id}`), or the number of the refused request. `kind` is
    the kind of a message (`track`: an event); `request` is a refused one, of which `name` is the vendor's call.
    `who` is the strongest identifier. `semantic` is the standard event, null for what is none. `payload` is the
    beginning of what was sent; `reason` is the error in the response to a rejected request. `state` is `errors` for an
    accepted message with validation `errors`, `dropped` for a rejected request and for an invalid message.
    """

    id: str
    status: Status
    kind: ItemKind
    dialect: str
    name: str
    who: HistoryIdentifier | None
    time: str
    received_at: str
    payload: str
    reason: str | None = None
    http_status: int | None = None
    semantic: StandardEvent | None = None
    state: State = "accepted"
    errors: list[LiveError] = msgspec.field(default_factory=list)


class LiveBatchJson(Json, kw_only=True):
    """Items in order of arrival. `skipped` more arrived that are not shown, whether they match the filter or not."""

    items: list[LiveItemJson]
    skipped: int


class LiveRecentJson(Json, kw_only=True):
    """The newest items first, and the cursor from which `/v1/live` continues."""

    items: list[LiveItemJson]
    cursor: str


class RejectedRequestJson(Json, kw_only=True):
    """A refused request, redacted.

    `reason` is a fixed word and `message` the error in the response; `client` is the network that it came from. The
    `body` is its beginning. Where `known` is false, no project's key came with it.
    """

    id: str
    at: str
    dialect: str
    call: str
    status: int
    reason: str
    message: str
    method: str
    path: str
    client: str
    body: str
    known: bool


class RejectedPage(msgspec.Struct, kw_only=True):
    """Some refused requests, the newest first."""

    refused: list[RejectedRequestJson]
    cursor: str | None


def live_item_json(item: LiveItem) -> LiveItemJson:
    """Return the JSON of an item."""
    return LiveItemJson(
        id=item.id,
        status=item.status,
        kind=item.kind,
        dialect=item.dialect,
        name=item.name,
        who=history_identifier(item.who),
        time=iso(item.time),
        received_at=iso(item.received_at),
        payload=item.payload,
        reason=item.reason,
        http_status=item.http_status,
        semantic=item.semantic,
        state=item.state,
        errors=item.errors,
    )


def live_batch_json(batch: LiveBatch) -> LiveBatchJson:
    """Return the JSON of a batch of the stream."""
    return LiveBatchJson(items=list(map(live_item_json, batch.items)), skipped=batch.skipped)


def live_recent_json(found: LiveRecent) -> LiveRecentJson:
    """Return the JSON of the newest items."""
    return LiveRecentJson(items=list(map(live_item_json, found.items)), cursor=found.cursor)


def rejected_request_json(request: RejectedRequest) -> RejectedRequestJson:
    """Return the JSON of a rejected request."""
    return RejectedRequestJson(
        id=str(request.number),  # text, as the ids of messages are
        at=iso(request.at),
        dialect=request.dialect,
        call=request.call,
        status=request.status,
        reason=request.reason,
        message=message_of(request),
        method=request.method,
        path=request.path,
        client=request.client,
        body=request.body,
        known=request.project != NO_PROJECT,
    )


def rejected_page(found: Listed[RejectedRequest]) -> RejectedPage:
    """Return the JSON of a page of rejected requests."""
    return RejectedPage(refused=list(map(rejected_request_json, found.items)), cursor=found.cursor)
