"""Examples of profiles and identity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from passerby.accounts.policy import IdentityPolicy
from passerby.api.openapi.examples.story import (
    ATTACHED,
    CUSTOMER_ID,
    DEVICE,
    EVENT_ID,
    MERGE_ID,
    MESSAGE_ID,
    RECEIVED,
    SEEN,
    SIGNED_UP,
    VISITOR_ID,
)
from passerby.identity.decisions import NO_DETAIL, WORKER
from passerby.messages import Item, RejectionDetail, Semantic
from passerby.profiles.summary import Device, EventNameCount, Revenue
from passerby.schemas.decisions import ExplainedDecision, HistoryIdentifier, HistoryJson, PreviewAnswer, Step, Why
from passerby.schemas.events import Event, EventPageJson, RejectedValue
from passerby.schemas.identity import (
    DetachRequest,
    MergeRequest,
    NamedIdentifier,
    PairRequest,
    PreviewRequest,
    UndoRequest,
)
from passerby.schemas.merges import (
    Detached,
    DismissalJson,
    DuplicateJson,
    DuplicatePageJson,
    ExplainedMerge,
    ExplainedMergeDetail,
    ManualMergeMade,
    MergePage,
    UndoneMerge,
)
from passerby.schemas.policy import PolicyChangeJson, PolicyHistory
from passerby.schemas.profiles import (
    FirstTouchJson,
    ProfileIdentifierJson,
    ProfileJson,
    ProfileMemberJson,
    ProfilePageJson,
    ProfileRejected,
    ProfileSummaryJson,
)
from passerby.state.views import SharedContact

_DETACHMENT_ID = "0199c1e4-0b1c-7f5e-8a37-c0d2e4f69b18"
_CURSOR = "WyJlIiwxNzYzNzAwMDAwMDAwLCIwMTk5YzFkOS0xYjZlLTdjNDMtOWE1OC1mMjFlN2IwZDNjNjQiXQ"

_DATES = {"first_seen": SEEN, "last_seen": SIGNED_UP}

_NO_NUMBER: dict[str, Any] = {
    "kind": "type_mismatch",
    "detail": RejectionDetail(expected="number", got="string"),
    "reason": "type_mismatch: expected number, got string",
}

_MOBILE = ProfileIdentifierJson(namespace="mobile_id", value="m-7f3a", scope="", **_DATES)
_USER = ProfileIdentifierJson(namespace="user_id", value="u-1001", scope="", first_seen=SIGNED_UP, last_seen=SIGNED_UP)

_CUSTOMER = ProfileJson(
    id=CUSTOMER_ID,
    stage="customer",
    user_id="u-1001",
    identifiers=[_MOBILE, _USER],
    traits={"first_name": "Ada", "plan": "gold"},
    rejected=[ProfileRejected(name="age", value="31", **_NO_NUMBER)],
    context={"app": {"name": "shop", "version": "4.2"}},
    event_count=1,
    members=[
        ProfileMemberJson(id=CUSTOMER_ID, merge_id=None, merged_at=None),
        ProfileMemberJson(id=VISITOR_ID, merge_id=MERGE_ID, merged_at=SIGNED_UP),
    ],
    **_DATES,
)

_CUSTOMER_ALONE = ProfileJson(
    id=CUSTOMER_ID,
    stage="customer",
    user_id="u-1001",
    identifiers=[_USER],
    traits={"first_name": "Ada", "plan": "gold"},
    rejected=[],
    context={},
    first_seen=SIGNED_UP,
    last_seen=SIGNED_UP,
    event_count=0,
    members=[ProfileMemberJson(id=CUSTOMER_ID, merge_id=None, merged_at=None)],
)
_VISITOR_ALONE = ProfileJson(
    id=VISITOR_ID,
    stage="anonymous",
    user_id=None,
    identifiers=[_MOBILE],
    traits={},
    rejected=[],
    context={"app": {"name": "shop", "version": "4.2"}},
    first_seen=SEEN,
    last_seen=SEEN,
    event_count=1,
    members=[ProfileMemberJson(id=VISITOR_ID, merge_id=None, merged_at=None)],
)

PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "findProfiles": {"namespace": "user_id", "value": "u-1001"},
    "getProfile": {"profile_id": CUSTOMER_ID},
    "getProfileSummary": {"profile_id": CUSTOMER_ID},
    "listEvents": {"profile_id": CUSTOMER_ID, "limit": "20"},
    "listHistory": {"profile_id": CUSTOMER_ID},
    "explainIdentifier": {"profile_id": CUSTOMER_ID, "namespace": "mobile_id", "value": "m-7f3a"},
    "getMerge": {"merge_id": MERGE_ID},
    "undoMerge": {"merge_id": MERGE_ID},
    "detachIdentifier": {"profile_id": CUSTOMER_ID},
    "undoDetachment": {"detachment_id": _DETACHMENT_ID},
}
"""Values of parameters by operation, for the example calls."""

PROFILE = {"customer": _CUSTOMER}
FOUND_PROFILES = {"by identifier": _CUSTOMER, "page": ProfilePageJson(profiles=[_CUSTOMER], cursor=None)}
SUMMARY = {
    "customer": ProfileSummaryJson(
        id=CUSTOMER_ID,
        name="Ann Example",
        email="ann@shop.example",
        phone="+4930123456",
        orders=2,
        orders_complete=True,
        revenue=[Revenue(currency="EUR", value=71.8, orders=2)],
        last_purchase=SIGNED_UP,
        sessions=3,
        device=Device(model="Apple iPhone 15", os="iOS 18.1", browser=None, app="shop 4.2", user_agent=None),
        first_touch=FirstTouchJson(
            at=SEEN,
            url="https://shop.example/lamps",
            referrer="https://news.example/",
            campaign={"source": "newsletter", "name": "autumn"},
        ),
        event_names=[EventNameCount(name="Viewed Product", count=12), EventNameCount(name="Completed Order", count=2)],
    )
}
UNDONE = {"undone": UndoneMerge(profiles=[_CUSTOMER_ALONE, _VISITOR_ALONE])}

EVENTS = {
    "timeline": EventPageJson(
        events=[
            Event(
                id=EVENT_ID,
                name="Added Product",
                time=SEEN,
                received_at=RECEIVED,
                properties={"sku": "R-88", "quantity": 1},
                rejected=[RejectedValue(name="price", value="9,50", **_NO_NUMBER)],
                context={"app": {"name": "shop", "version": "4.2"}},
                session_id="s-12",
                dialect="crossengage",
                profile_id=VISITOR_ID,
                semantic=Semantic(
                    name="added_to_cart", items=[Item(sku="R-88", quantity=1)], value=None, currency=None
                ),
            )
        ],
        cursor=_CURSOR,
    )
}

_ACCOUNT = HistoryIdentifier(namespace="user_id", value="u-1001", scope="")
_RECORD: dict[str, Any] = {
    "rule": "R2",
    "actor": WORKER,
    "detail": NO_DETAIL,
    "by": _ACCOUNT,
    "reason": "R2: identifiers of both profiles in one message",
}
_MERGED = ExplainedDecision(
    at=SIGNED_UP,
    kind="merged",
    message_id=MESSAGE_ID,
    identifier=DEVICE,
    from_=VISITOR_ID,
    to=CUSTOMER_ID,
    merge_id=MERGE_ID,
    **_RECORD,
)
HISTORY = {"merge": HistoryJson(history=[_MERGED], cursor=None)}
WHY = {"a merged visitor's": Why(chain=[ATTACHED, _MERGED])}

_MERGE: dict[str, Any] = {
    "id": MERGE_ID,
    "winner": CUSTOMER_ID,
    "loser": VISITOR_ID,
    "at": SIGNED_UP,
    "message_id": MESSAGE_ID,
    "via": DEVICE,
    "undone_at": None,
    **_RECORD,
}
MERGES = {"page": MergePage(merges=[ExplainedMerge(**_MERGE)], cursor=None)}
MERGE = {"in force": ExplainedMergeDetail(**_MERGE, moved=[DEVICE], undoable=True, built_on=None)}

PREVIEW = {
    "a sign-in": PreviewAnswer(
        target=CUSTOMER_ID,
        created=False,
        absorbed=[
            Step(
                identifier=DEVICE,
                from_=VISITOR_ID,
                to=CUSTOMER_ID,
                rule="R2",
                detail=NO_DETAIL,
                by=_ACCOUNT,
                reason="R2: identifiers of both profiles in one message",
            )
        ],
        moved=[],
        conflicts=[],
        limits=[],
        attached=[],
        blocked=[],
    )
}

_SHARED = SharedContact(kind="email", value="ada@example.com")
_PAIR = DuplicateJson(profiles=[_VISITOR_ALONE, _CUSTOMER_ALONE], shared=[_SHARED], rule=None, dismissed=None)
_DIFFERENT = DismissalJson(at=SIGNED_UP, who="back office", reason="two people with one address")
DUPLICATES = {"page": DuplicatePageJson(duplicates=[_PAIR], cursor=None)}
DISMISSED = {"dismissed": msgspec.structs.replace(_PAIR, dismissed=_DIFFERENT)}
RESTORED = {"listed again": _PAIR}

MERGED = {"merged": ManualMergeMade(merge_id=MERGE_ID, profile=_CUSTOMER)}
DETACHED = {"detached": Detached(detachment_id=_DETACHMENT_ID, profiles=[_CUSTOMER_ALONE, _VISITOR_ALONE])}

_NO_POLICY = IdentityPolicy()
_POLICY = IdentityPolicy(blocked_values=["guest"], limits={"mobile_id": 50}, namespaces={"loyalty_card": "contact"})
POLICY = {"policy": _POLICY}
POLICY_HISTORY = {
    "changes": PolicyHistory(
        changes=[PolicyChangeJson(id=1, at=SIGNED_UP, who="back office", before=_NO_POLICY, after=_POLICY)],
        cursor=None,
    )
}

BODIES: Mapping[str, Mapping[str, msgspec.Struct]] = {
    "mergeProfiles": {
        "two accounts of one person": MergeRequest(
            winner=CUSTOMER_ID, loser=VISITOR_ID, reason="wrote to us from both addresses", force=True
        )
    },
    "dismissDuplicate": {
        "a couple": PairRequest(profiles=[CUSTOMER_ID, VISITOR_ID], reason="two people with one address")
    },
    "restoreDuplicate": {"by mistake": PairRequest(profiles=[CUSTOMER_ID, VISITOR_ID])},
    "detachIdentifier": {
        "a device that was sold": DetachRequest(namespace="mobile_id", value="m-7f3a", reason="the phone was sold")
    },
    "undoMerge": {"with a reason": UndoRequest(reason="a tablet that two people share")},
    "undoDetachment": {"with a reason": UndoRequest(reason="the phone was only lent")},
    "setPolicy": POLICY,
    "previewIdentity": {
        "a sign-in": PreviewRequest(
            identifiers=[
                NamedIdentifier(namespace="mobile_id", value="m-7f3a"),
                NamedIdentifier(namespace="user_id", value="u-1001"),
            ]
        )
    },
}
"""Bodies of requests by operation."""
