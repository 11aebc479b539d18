"""The examples of what is received: an event that was accepted, and one that could not be read."""

from __future__ import annotations

from passerby.api.openapi.examples.story import DEVICE, EVENT_ID, RECEIVED, SEEN, SIGNED_UP
from passerby.schemas.live import LiveBatchJson, LiveItemJson, LiveRecentJson, RejectedPage, RejectedRequestJson

_ACCEPTED = LiveItemJson(
    id=EVENT_ID,
    status="accepted",
    kind="track",
    dialect="crossengage",
    name="Added Product",
    who=DEVICE,
    time=SEEN,
    received_at=RECEIVED,
    payload='{"sku":"R-88","quantity":1}',
)
_REJECTED = LiveItemJson(
    id="17",
    status="refused",
    kind="request",
    dialect="segment",
    name="track",
    who=None,
    time=SIGNED_UP,
    received_at=SIGNED_UP,
    payload='{"event":"Added to cart"',
    reason="The body is not JSON.",
    http_status=400,
)
RECENT = {"recent": LiveRecentJson(items=[_REJECTED, _ACCEPTED], cursor="41200.17")}
BATCH = {"items": LiveBatchJson(items=[_ACCEPTED, _REJECTED], skipped=0)}
REJECTED = {
    "page": RejectedPage(
        refused=[
            RejectedRequestJson(
                id="17",
                at=SIGNED_UP,
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
