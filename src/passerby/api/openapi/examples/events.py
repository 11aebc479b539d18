"""The example of an event with its trail: a visitor's first, of which one value was rejected."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from passerby.api.openapi.examples.profiles import EVENTS
from passerby.api.openapi.examples.story import ATTACHED, DEVICE, EVENT_ID
from passerby.schemas.events import MessageDetailJson, RawMessage, TrailStepJson
from passerby.services.trail import Problem

_EVENT = EVENTS["timeline"].events[0]
_ATTACHED = msgspec.structs.replace(ATTACHED, at=_EVENT.received_at)

PARAMETERS: Mapping[str, Mapping[str, str]] = {"getEvent": {"event_id": EVENT_ID}}

DETAIL = {
    "an event": MessageDetailJson(
        id=_EVENT.id,
        kind="track",
        dialect=_EVENT.dialect,
        name=_EVENT.name,
        time=_EVENT.time,
        received_at=_EVENT.received_at,
        position=41_200,
        profile_id=_EVENT.profile_id,
        event=_EVENT,
        raw=RawMessage(
            kind="track",
            name=_EVENT.name,
            identifiers=[DEVICE],
            properties={"sku": "R-88", "quantity": 1, "price": "9,50"},
            traits={},
            context=_EVENT.context,
            session_id=_EVENT.session_id,
            deduplication_key="",
        ),
        problems=[Problem(kind="type_mismatch", attribute="price", sample="9,50")],
        trail=[
            TrailStepJson(
                step="received",
                at=_EVENT.received_at,
                outcome="done",
                text="Received by the crossengage API and written to the log at position 41200.",
                decisions=[],
            ),
            TrailStepJson(
                step="validated",
                at=None,
                outcome="problems",
                text="1 validation error.",
                decisions=[],
            ),
            TrailStepJson(
                step="identified",
                at=_EVENT.received_at,
                outcome="done",
                text="1 decision.",
                decisions=[_ATTACHED],
            ),
            TrailStepJson(
                step="stored",
                at=None,
                outcome="done",
                text=f"Stored in the event store under profile {_EVENT.profile_id}.",
                decisions=[],
            ),
        ],
    )
}
