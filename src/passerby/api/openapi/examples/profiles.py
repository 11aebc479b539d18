"""Examples of profiles and identity: an app's visitor who later signed up as `u-1001`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from passerby.accounts.policy import IdentityPolicy
from passerby.api.schemas.identity import (
    DetachRequest,
    MergeRequest,
    NamedIdentifier,
    PairRequest,
    PreviewRequest,
    UndoRequest,
)
from passerby.api.schemas.policy import PolicyChange, PolicyHistory
from passerby.identity.decisions import NO_DETAIL, WORKER
from passerby.messages import Item, RejectionDetail, Semantic
from passerby.profiles.summary import Device, EventNameCount, FirstTouch, ProfileSummary, Revenue
from passerby.profiles.view import Profile, ProfileIdentifier, ProfileMember, ProfileRejected
from passerby.services.answers import (
    Detached,
    DuplicatePage,
    Event,
    EventPage,
    ExplainedDecision,
    ExplainedMerge,
    ExplainedMergeDetail,
    HandMade,
    History,
    MergePage,
    PreviewAnswer,
    ProfilePage,
    RejectedValue,
    Step,
    UndoneMerge,
    Why,
)
from passerby.state.views import (
    Dismissal,
    Duplicate,
    HistoryIdentifier,
    SharedContact,
)

_CUSTOMER_ID = "0199c1e2-6f08-7d35-a1c9-40e8b2f7d615"
_VISITOR_ID = "0199c1d9-1b70-7e92-b6f3-8d5a07c4e29f"
_MERGE_ID = "0199c1e2-7a44-7c1b-9d52-6b1f0a3c8e21"
_DETACHMENT_ID = "0199c1e4-0b1c-7f5e-8a37-c0d2e4f69b18"
_MESSAGE_ID = "0199c1e2-7a3f-7210-8e07-5f9c1d6a4b38"
_EVENT_ID = "0199c1d9-1b6e-7c43-9a58-f21e7b0d3c64"
_CURSOR = "WyJlIiwxNzYzNzAwMDAwMDAwLCIwMTk5YzFkOS0xYjZlLTdjNDMtOWE1OC1mMjFlN2IwZDNjNjQiXQ"

_SEEN, _SIGNED_UP = "2026-11-20T10:00:00.000Z", "2026-11-20T10:10:14.000Z"
_DATES = {"first_seen": _SEEN, "last_seen": _SIGNED_UP}

_NO_NUMBER: dict[str, Any] = {
    "kind": "type_mismatch",
    "detail": RejectionDetail(expected="number", got="string"),
    "reason": "type_mismatch: expected number, got string",
}

_MOBILE = ProfileIdentifier(namespace="mobile_id", value="m-7f3a", scope="", **_DATES)
_USER = ProfileIdentifier(namespace="user_id", value="u-1001", scope="", first_seen=_SIGNED_UP, last_seen=_SIGNED_UP)

_CUSTOMER = Profile(
    id=_CUSTOMER_ID,
    stage="customer",
    user_id="u-1001",
    identifiers=[_MOBILE, _USER],
    traits={"first_name": "Ada", "plan": "gold"},
    rejected=[ProfileRejected(name="age", value="31", **_NO_NUMBER)],
    context={"app": {"name": "shop", "version": "4.2"}},
    event_count=1,
    members=[
        ProfileMember(id=_CUSTOMER_ID, merge_id=None, merged_at=None),
        ProfileMember(id=_VISITOR_ID, merge_id=_MERGE_ID, merged_at=_SIGNED_UP),
    ],
    **_DATES,
)

_CUSTOMER_ALONE = Profile(
    id=_CUSTOMER_ID,
    stage="customer",
    user_id="u-1001",
    identifiers=[_USER],
    traits={"first_name": "Ada", "plan": "gold"},
    rejected=[],
    context={},
    first_seen=_SIGNED_UP,
    last_seen=_SIGNED_UP,
    event_count=0,
    members=[ProfileMember(id=_CUSTOMER_ID, merge_id=None, merged_at=None)],
)
_VISITOR_ALONE = Profile(
    id=_VISITOR_ID,
    stage="anonymous",
    user_id=None,
    identifiers=[_MOBILE],
    traits={},
    rejected=[],
    context={"app": {"name": "shop", "version": "4.2"}},
    first_seen=_SEEN,
    last_seen=_SEEN,
    event_count=1,
    members=[ProfileMember(id=_VISITOR_ID, merge_id=None, merged_at=None)],
)

PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "findProfiles": {"namespace": "user_id", "value": "u-1001"},
    "getProfile": {"profile_id": _CUSTOMER_ID},
    "getProfileSummary": {"profile_id": _CUSTOMER_ID},
    "listEvents": {"profile_id": _CUSTOMER_ID, "limit": "20"},
    "listHistory": {"profile_id": _CUSTOMER_ID},
    "explainIdentifier": {"profile_id": _CUSTOMER_ID, "namespace": "mobile_id", "value": "m-7f3a"},
    "getMerge": {"merge_id": _MERGE_ID},
    "undoMerge": {"merge_id": _MERGE_ID},
    "detachIdentifier": {"profile_id": _CUSTOMER_ID},
    "undoDetachment": {"detachment_id": _DETACHMENT_ID},
    "getEvent": {"event_id": _EVENT_ID},
    "getStats": {"wait": "5"},
}
"""Values of parameters by operation, for the example calls."""

PROFILE = {"customer": _CUSTOMER}
FOUND_PROFILES = {"by identifier": _CUSTOMER, "page": ProfilePage(profiles=[_CUSTOMER], cursor=None)}
SUMMARY = {
    "customer": ProfileSummary(
        id=_CUSTOMER_ID,
        name="Ann Example",
        email="ann@shop.example",
        phone="+4930123456",
        orders=2,
        orders_complete=True,
        revenue=[Revenue(currency="EUR", value=71.8, orders=2)],
        last_purchase=_SIGNED_UP,
        sessions=3,
        device=Device(model="Apple iPhone 15", os="iOS 18.1", browser=None, app="shop 4.2", user_agent=None),
        first_touch=FirstTouch(
            at=_SEEN,
            url="https://shop.example/lamps",
            referrer="https://news.example/",
            campaign={"source": "newsletter", "name": "autumn"},
        ),
        event_names=[EventNameCount(name="Viewed Product", count=12), EventNameCount(name="Completed Order", count=2)],
    )
}
UNDONE = {"undone": UndoneMerge(profiles=[_CUSTOMER_ALONE, _VISITOR_ALONE])}

EVENTS = {
    "timeline": EventPage(
        events=[
            Event(
                id=_EVENT_ID,
                name="Added Product",
                time=_SEEN,
                received_at="2026-11-20T10:00:00.212Z",
                properties={"sku": "R-88", "quantity": 1},
                rejected=[RejectedValue(name="price", value="9,50", **_NO_NUMBER)],
                context={"app": {"name": "shop", "version": "4.2"}},
                session_id="s-12",
                dialect="crossengage",
                profile_id=_VISITOR_ID,
                semantic=Semantic(
                    name="added_to_cart", items=[Item(sku="R-88", quantity=1)], value=None, currency=None
                ),
            )
        ],
        cursor=_CURSOR,
    )
}

_DEVICE = HistoryIdentifier(namespace="mobile_id", value="m-7f3a", scope="")
_ACCOUNT = HistoryIdentifier(namespace="user_id", value="u-1001", scope="")
_RECORD: dict[str, Any] = {
    "rule": "R2",
    "actor": WORKER,
    "detail": NO_DETAIL,
    "by": _ACCOUNT,
    "reason": "R2: identifiers of both profiles in one message",
}
_ATTACHED = ExplainedDecision(
    at=_SEEN,
    kind="attached",
    message_id=_EVENT_ID,
    identifier=_DEVICE,
    from_=None,
    to=_VISITOR_ID,
    merge_id=None,
    rule="R2",
    actor=WORKER,
    detail=NO_DETAIL,
    reason="R2: identifier not known before",
)
_MERGED = ExplainedDecision(
    at=_SIGNED_UP,
    kind="merged",
    message_id=_MESSAGE_ID,
    identifier=_DEVICE,
    from_=_VISITOR_ID,
    to=_CUSTOMER_ID,
    merge_id=_MERGE_ID,
    **_RECORD,
)
HISTORY = {"merge": History(history=[_MERGED], cursor=None)}
WHY = {"a merged visitor's": Why(chain=[_ATTACHED, _MERGED])}

_MERGE: dict[str, Any] = {
    "id": _MERGE_ID,
    "winner": _CUSTOMER_ID,
    "loser": _VISITOR_ID,
    "at": _SIGNED_UP,
    "message_id": _MESSAGE_ID,
    "via": _DEVICE,
    "undone_at": None,
    **_RECORD,
}
MERGES = {"page": MergePage(merges=[ExplainedMerge(**_MERGE)], cursor=None)}
MERGE = {"in force": ExplainedMergeDetail(**_MERGE, moved=[_DEVICE], undoable=True, built_on=None)}

PREVIEW = {
    "a sign-in": PreviewAnswer(
        target=_CUSTOMER_ID,
        created=False,
        absorbed=[
            Step(
                identifier=_DEVICE,
                from_=_VISITOR_ID,
                to=_CUSTOMER_ID,
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
_PAIR = Duplicate(profiles=[_VISITOR_ALONE, _CUSTOMER_ALONE], shared=[_SHARED], rule=None, dismissed=None)
_DIFFERENT = Dismissal(at=_SIGNED_UP, who="back office", reason="two people with one address")
DUPLICATES = {"page": DuplicatePage(duplicates=[_PAIR], cursor=None)}
DISMISSED = {"dismissed": msgspec.structs.replace(_PAIR, dismissed=_DIFFERENT)}
RESTORED = {"listed again": _PAIR}

HAND_MERGED = {"merged": HandMade(merge_id=_MERGE_ID, profile=_CUSTOMER)}
DETACHED = {"detached": Detached(detachment_id=_DETACHMENT_ID, profiles=[_CUSTOMER_ALONE, _VISITOR_ALONE])}

_NO_POLICY = IdentityPolicy()
_POLICY = IdentityPolicy(blocked_values=["guest"], limits={"mobile_id": 50}, namespaces={"loyalty_card": "contact"})
POLICY = {"policy": _POLICY}
POLICY_HISTORY = {
    "changes": PolicyHistory(
        changes=[PolicyChange(id=1, at=_SIGNED_UP, who="back office", before=_NO_POLICY, after=_POLICY)], cursor=None
    )
}

BODIES: Mapping[str, Mapping[str, msgspec.Struct]] = {
    "mergeProfiles": {
        "two accounts of one person": MergeRequest(
            winner=_CUSTOMER_ID, loser=_VISITOR_ID, reason="wrote to us from both addresses", force=True
        )
    },
    "dismissDuplicate": {
        "a couple": PairRequest(profiles=[_CUSTOMER_ID, _VISITOR_ID], reason="two people with one address")
    },
    "restoreDuplicate": {"by mistake": PairRequest(profiles=[_CUSTOMER_ID, _VISITOR_ID])},
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
