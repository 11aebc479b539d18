"""Examples of the catalogue, its edits and annotations, and event counts."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from passerby.services.answers import (
    CatalogueAnswer,
)
from passerby.services.catalogue_answers import (
    AliasInfo,
    AliasList,
    AliasRequest,
    DeletedNames,
    DeleteRequest,
    NameRequest,
    PastValues,
    TypeChanged,
    TypeRequest,
)
from passerby.services.management_answers import (
    MarkInfo,
    MarkList,
    MarkRequest,
)
from passerby.services.series_answers import EventVolume, Volumes
from passerby.state.views import (
    CatalogueAttribute,
    CatalogueEvent,
    CatalogueViolation,
    OtherViolation,
)

_SEEN, _SIGNED_UP = "2026-11-20T10:00:00.000Z", "2026-11-20T10:10:14.000Z"
_PAST = PastValues(fitting=1204, other=3, complete=True)
_ALIAS = AliasInfo(
    event="viewed_product",
    attribute=None,
    into="Product Viewed",
    at="2026-11-20T10:00:00.000Z",
    who="back office",
)

VALUES = {"values": _PAST}
TYPE_CHANGED = {
    "changed": TypeChanged(
        event="Order Completed", attribute="total", type="number", previous_type="string", past=_PAST
    )
}
ALIAS = {"an event name": _ALIAS}
ALIASES = {"aliases": AliasList(aliases=[_ALIAS])}
DELETED = {"deleted": DeletedNames(deleted=2, unknown=[])}

CATALOGUE = {
    "catalogue": CatalogueAnswer(
        events=[
            CatalogueEvent(
                name="Added Product",
                semantic="added_to_cart",
                count=1,
                first_seen=_SEEN,
                last_seen=_SEEN,
                attributes=[
                    CatalogueAttribute(name="quantity", type="number", count=1, first_seen=_SEEN, last_seen=_SEEN)
                ],
                violations=[
                    CatalogueViolation(kind="type_mismatch", attribute="price", count=1, last_at=_SEEN, sample="9,50")
                ],
            )
        ],
        traits=[CatalogueAttribute(name="plan", type="string", count=1, first_seen=_SIGNED_UP, last_seen=_SIGNED_UP)],
        violations=[
            OtherViolation(
                kind="blocked_identifier",
                event=None,
                attribute="mobile_id",
                count=3,
                last_at=_SIGNED_UP,
                sample="undefined",
            )
        ],
        cursor=None,
    )
}

_MARK = MarkInfo(
    event="Added Product",
    attribute="price",
    planned=True,
    hidden=False,
    description="In the currency of the shop.",
    changed_at=_SEEN,
    who="back office",
)
MARK = {"an attribute": _MARK}
MARKS = {"marks": MarkList(marks=[_MARK])}
VOLUMES = {
    "two days": Volumes(
        days=["2026-11-19", "2026-11-20"], events=[EventVolume(name="Added Product", total=214, values=[101, 113])]
    )
}

PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "countValuesByType": {"event": "Order Completed", "attribute": "total", "type": "number"},
}
BODIES: Mapping[str, Mapping[str, msgspec.Struct]] = {
    "changeAttributeType": {
        "an attribute": TypeRequest(event="Order Completed", attribute="total", type="number"),
        "a trait": TypeRequest(attribute="age", type="number"),
    },
    "addAlias": {
        "an event name": AliasRequest(event="viewed_product", into="Product Viewed"),
        "a trait": AliasRequest(attribute="firstName", into="first_name"),
    },
    "undoAlias": {"an event name": NameRequest(event="viewed_product")},
    "deleteNames": {
        "an event and a trait": DeleteRequest(names=[NameRequest(event="tset"), NameRequest(attribute="foo")])
    },
    "setAnnotation": {
        "an attribute": MarkRequest(
            event="Added Product", attribute="price", planned=True, description="In the currency of the shop."
        )
    },
}
