"""The examples about editing the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

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
}
