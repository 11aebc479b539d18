"""The example of an event with its trail: a visitor's first, of which one value was refused."""

from __future__ import annotations

from passerby.api.openapi.examples.profiles import EVENTS
from passerby.identity.decisions import NO_DETAIL, WORKER
from passerby.services.answers import ExplainedDecision
from passerby.services.trail import MessageDetail, Problem, RawMessage, TrailStep
from passerby.state.views import HistoryIdentifier

_EVENT = EVENTS["timeline"].events[0]
_DEVICE = HistoryIdentifier(namespace="mobile_id", value="m-7f3a", scope="")
_ATTACHED = ExplainedDecision(
    at=_EVENT.received_at,
    kind="attached",
    message_id=_EVENT.id,
    identifier=_DEVICE,
    from_=None,
    to=_EVENT.profile_id,
    merge_id=None,
    rule="R2",
    actor=WORKER,
    detail=NO_DETAIL,
    reason="R2: identifier not known before",
)

DETAIL = {
    "an event": MessageDetail(
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
            identifiers=[_DEVICE],
            properties={"sku": "R-88", "quantity": 1, "price": "9,50"},
            traits={},
            context=_EVENT.context,
            session_id=_EVENT.session_id,
            deduplication_key="",
        ),
        problems=[Problem(kind="type_mismatch", attribute="price", sample="9,50")],
        trail=[
            TrailStep(
                step="received",
                at=_EVENT.received_at,
                outcome="done",
                text="Received by the crossengage API and written to the log at position 41200.",
                decisions=[],
            ),
            TrailStep(
                step="validated",
                at=None,
                outcome="problems",
                text="It broke 1 of the catalogue's or its API's rules.",
                decisions=[],
            ),
            TrailStep(
                step="identified", at=_EVENT.received_at, outcome="done", text="1 decision.", decisions=[_ATTACHED]
            ),
            TrailStep(
                step="stored",
                at=None,
                outcome="done",
                text=f"Stored in the event store under profile {_EVENT.profile_id}.",
                decisions=[],
            ),
        ],
    )
}
