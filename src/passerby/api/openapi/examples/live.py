"""The examples of what is received: an event that was accepted, and one that could not be read."""

from __future__ import annotations

from passerby.services.items import LiveBatch, LiveItem, LiveRecent, RefusedPage, RefusedRequest
from passerby.state.views import HistoryIdentifier

_SEEN, _LATER = "2026-11-20T10:00:00.000Z", "2026-11-20T10:10:14.000Z"

_ARRIVED = LiveItem(
    id="0199c1d9-1b6e-7c43-9a58-f21e7b0d3c64",
    status="accepted",
    kind="track",
    dialect="crossengage",
    name="Added Product",
    who=HistoryIdentifier(namespace="mobile_id", value="m-7f3a", scope=""),
    time=_SEEN,
    received_at="2026-11-20T10:00:00.212Z",
    payload='{"sku":"R-88","quantity":1}',
)
_TURNED_AWAY = LiveItem(
    id="17",
    status="refused",
    kind="request",
    dialect="segment",
    name="track",
    who=None,
    time=_LATER,
    received_at=_LATER,
    payload='{"event":"Added to cart"',
    reason="The body is not JSON.",
    http_status=400,
)
RECENT = {"recent": LiveRecent(items=[_TURNED_AWAY, _ARRIVED], cursor="41200.17")}
BATCH = {"items": LiveBatch(items=[_ARRIVED, _TURNED_AWAY], skipped=0)}
REFUSED = {
    "page": RefusedPage(
        refused=[
            RefusedRequest(
                id="17",
                at=_LATER,
                dialect="segment",
                call="track",
                status=400,
                reason="not_json",
                message="The body is not JSON.",
                method="POST",
                path="/v1/track",
                client="203.0.113.0/24",
                body='{"event":"Added to cart"',
                known=True,
            )
        ],
        cursor=None,
    )
}
