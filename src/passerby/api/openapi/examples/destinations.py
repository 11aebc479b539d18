"""The examples about destinations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from passerby.api.openapi.examples.story import CUSTOMER_ID, SEEN
from passerby.destinations import registry
from passerby.schemas.destinations import (
    AddDestinationRequest,
    AddedDestination,
    ChangeDestinationRequest,
    DeadItem,
    DeadItemPage,
    DeletedDestination,
    DestinationInfo,
    DestinationList,
    DestinationOverview,
    ExchangeInfo,
    Replayed,
    ReplayRequest,
    RotateRequest,
    StepCounts,
    kind_list,
)

_ID = "01995f12-3c00-7000-8000-000000000001"
_SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
_CRM: dict[str, Any] = {
    "id": _ID,
    "kind": "webhook",
    "name": "crm",
    "enabled": True,
    "config": {"url": "https://crm.example.com/hook", "headers": {"authorization": "…7f3a"}},
    "types": ["event"],
    "when": {"fact": "purchased"},
    "map": None,
    "ordering": "person",
    "batch": None,
    "purposes": [],
    "sources": [],
    "created_at": SEEN,
    "changed_at": SEEN,
    "version": 1,
}

KINDS = {"kinds": kind_list(registry.ALL[:1])}
ONE = {"running": DestinationInfo(**_CRM, state="running", pause_reason="")}
PAUSED = {"paused": DestinationInfo(**_CRM, state="paused", pause_reason="user")}
LIST = {"destinations": DestinationList(destinations=[ONE["running"]])}
ADDED = {
    "added": AddedDestination(
        **_CRM, state="running", pause_reason="", signing_secret=_SECRET, verification_key=_SECRET
    )
}
DELETED = {"deleted": DeletedDestination(id=_ID, deleted=True)}
OVERVIEW = {
    "overview": DestinationOverview(
        id=_ID,
        state="running",
        pause_reason="",
        counts=StepCounts(
            selected=1_209,
            filtered={"when": 200},
            withheld={},
            delivered=1_000,
            dead={"http_422": 2},
            expired=0,
            parked=3,
            waiting=4,
            adds_up=True,
        ),
        oldest_waiting_at=SEEN,
        backlog_rows=0,
        latency_ms={"p50": 181, "p95": 362, "p99": 724},
        delivered_by_minute=[(SEEN, 17)],
        exchanges=[
            ExchangeInfo(
                at=SEEN,
                result="delivered",
                reason="",
                status=200,
                request='POST https://crm.example.com/hook\nauthorization: •••\n\n{"v":1,"type":"event"}',
                response="200\n\nok",
            )
        ],
    )
}
DEAD = {
    "dead": DeadItemPage(
        items=[
            DeadItem(
                number="41.7",
                type="event",
                subject="01995f12-0000-7000-8000-000000000001",
                profile_id=CUSTOMER_ID,
                at=SEEN,
                attempts=1,
                status=422,
                reason="http_422",
                excerpt='{"error":"no such field"}',
            )
        ],
        cursor=None,
    )
}
REPLAYED = {"replayed": Replayed(items=2)}

PARAMETERS: Mapping[str, Mapping[str, str]] = {
    operation: {"destination_id": _ID}
    for operation in (
        "getDestination",
        "changeDestination",
        "deleteDestination",
        "pauseDestination",
        "resumeDestination",
        "rotateDestinationSecret",
        "getDestinationOverview",
        "listDeadItems",
        "replayDestination",
    )
}

BODIES: Mapping[str, Mapping[str, msgspec.Struct]] = {
    "addDestination": {
        "purchases": AddDestinationRequest(
            kind="webhook",
            name="crm",
            config={"url": "https://crm.example.com/hook", "headers": {"authorization": "Bearer 9c1d7f3a"}},
            types=["event"],
            when={"fact": "purchased"},
        )
    },
    "changeDestination": {"other_url": ChangeDestinationRequest(config={"url": "https://crm.example.com/v2/hook"})},
    "rotateDestinationSecret": {"two_days": RotateRequest(overlap="2d")},
    "replayDestination": {"one_reason": ReplayRequest(reason="http_422")},
}
