"""Examples of the catalogue, its edits and annotations, and event counts."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from passerby.api.openapi.examples.story import SEEN, SIGNED_UP
from passerby.schemas.catalogue import (
    AliasInfo,
    AliasList,
    AliasRequest,
    AnnotationInfo,
    AnnotationList,
    AnnotationRequest,
    CatalogueAnswer,
    CatalogueAttributeJson,
    CatalogueEventJson,
    CatalogueViolationJson,
    DeletedNamesJson,
    DeleteRequest,
    NameRequest,
    OtherViolationJson,
    TypeChanged,
    TypeRequest,
)
from passerby.schemas.counts import DailyCountsJson
from passerby.services.catalogue import PastValues
from passerby.services.series import EventDailyCounts

_PAST = PastValues(fitting=1204, other=3, complete=True)
_ALIAS = AliasInfo(
    event="viewed_product",
    attribute=None,
    into="Product Viewed",
    at=SEEN,
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
DELETED = {"deleted": DeletedNamesJson(deleted=2, unknown=[])}

CATALOGUE = {
    "catalogue": CatalogueAnswer(
        events=[
            CatalogueEventJson(
                name="Added Product",
                semantic="added_to_cart",
                count=1,
                first_seen=SEEN,
                last_seen=SEEN,
                attributes=[
                    CatalogueAttributeJson(name="quantity", type="number", count=1, first_seen=SEEN, last_seen=SEEN)
                ],
                violations=[
                    CatalogueViolationJson(
                        kind="type_mismatch", attribute="price", count=1, last_at=SEEN, sample="9,50"
                    )
                ],
            )
        ],
        traits=[CatalogueAttributeJson(name="plan", type="string", count=1, first_seen=SIGNED_UP, last_seen=SIGNED_UP)],
        violations=[
            OtherViolationJson(
                kind="blocked_identifier",
                event=None,
                attribute="mobile_id",
                count=3,
                last_at=SIGNED_UP,
                sample="undefined",
            )
        ],
        cursor=None,
    )
}

_ANNOTATION = AnnotationInfo(
    event="Added Product",
    attribute="price",
    planned=True,
    hidden=False,
    description="In the currency of the shop.",
    changed_at=SEEN,
    who="back office",
)
ANNOTATION = {"an attribute": _ANNOTATION}
ANNOTATIONS = {"marks": AnnotationList(marks=[_ANNOTATION])}
DAILY_COUNTS = {
    "two days": DailyCountsJson(
        days=["2026-11-19", "2026-11-20"], events=[EventDailyCounts(name="Added Product", total=214, values=[101, 113])]
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
        "an attribute": AnnotationRequest(
            event="Added Product", attribute="price", planned=True, description="In the currency of the shop."
        )
    },
}
