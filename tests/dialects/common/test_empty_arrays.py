"""An empty array is an empty object wherever a call means an object: `json_encode` of PHP knows one empty array."""

from __future__ import annotations

from typing import Any, Final

import pytest
from tests.dialects.antsomi.antsomi_calls import COLLECTOR, VIEW
from tests.dialects.customerlabs import customerlabs_calls as customerlabs
from tests.dialects.dialect_calls import AUTHORISED, BULK_EVENTS, BULK_USERS, EVENTS, IDENTIFY, TRACK, USERS, send
from tests.dialects.segment import segment_calls as segment

ITEM: Final = {"userId": "u", "anonymousId": "a", "event": "E", "groupId": "g", "previousId": "p"}
FREE: Final = {"event": "E", "user_id": "u"}

OBJECTS: Final[tuple[tuple[str, dict[str, Any], tuple[str, ...]], ...]] = (
    (TRACK, {"mobileId": "m", "event": "E"}, ("properties",)),
    (IDENTIFY, {"mobileId": "m", "userId": "u"}, ("traits",)),
    (EVENTS, {"userId": "u", "eventName": "E"}, ("eventData",)),
    (USERS, {"userId": "u"}, ("attributes",)),
    (customerlabs.EXTERNAL_IDS, customerlabs.SESSION, ("external_ids", "additional_info", "utm_params")),
    (customerlabs.IDENTIFY, customerlabs.LOGIN, ("identify_by", "traits", "external_ids", "additional_info")),
    (
        customerlabs.WEBHOOK,
        customerlabs.EVENT,
        ("identify_by", "properties", "external_ids", "additional_info", "utm_params"),
    ),
    (
        customerlabs.WEBHOOK,
        FREE,
        (
            *("identify_by", "properties", "external_ids", "additional_info", "utm_params"),
            *("traits", "user_traits", "customProperties"),
        ),
    ),
    (COLLECTOR, VIEW, ("dims", "extra", "context", "dims.customers", "dims.users", "dims.promotion_code")),
    *((f"/v1/{type_}", ITEM, ("context", "integrations", "context.device")) for type_ in segment.TYPES),
    *((f"/v1/{type_}", ITEM, ("traits", "context.traits")) for type_ in ("identify", "group")),
    *((f"/v1/{type_}", ITEM, ("properties",)) for type_ in ("track", "page", "screen")),
)
BATCHES: Final = {EVENTS: (BULK_EVENTS, "events"), USERS: (BULK_USERS, "users")}


CASES: Final = [(path, body, field) for path, body, fields in OBJECTS for field in fields]


def holding(body: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    """The body with a value in this member, or member of a member."""
    outer, _, inner = field.partition(".")
    return body | {outer: {inner: value} if inner else value}


def made(path: str, body: Any) -> list[Any]:
    """What is kept of a call that is taken, but for places where an empty value is kept as it was sent."""
    headers = segment.AUTHORISED if path.startswith("/v1/") and "accounts" not in path else AUTHORISED
    outcome = send(path, body, headers | customerlabs.AGENT)
    assert 200 <= outcome.reply.status < 300, outcome.reply
    return [
        (message.kind, message.identifiers, message.violations, said(message.properties), said(message.traits))
        for message in outcome.messages
    ]


def said(value: Any) -> Any:
    """A value without the empty objects and arrays in it."""
    if type(value) is not dict:
        return value
    return {name: inner for name, each in value.items() if (inner := said(each)) not in ({}, [])}


@pytest.mark.parametrize("path, body, field", CASES)
def test_an_empty_array_means_an_empty_object(path: str, body: dict[str, Any], field: str) -> None:
    as_array, as_object = holding(body, field, []), holding(body, field, {})
    assert made(path, as_array) == made(path, as_object)
    assert made(path, as_array)[0][0] != "invalid"
    if path in BATCHES:
        bulk, holder = BATCHES[path]
        assert made(bulk, {holder: [as_array, as_object]}) == made(path, as_object) * 2
    if path in {customerlabs.WEBHOOK, COLLECTOR}:
        assert made(path, [as_array, as_object]) == made(path, as_object) * 2
    if path.startswith("/v1/") and path[4:] in segment.TYPES:
        type_ = {"type": path[4:]}
        assert made("/v1/batch", {"batch": [as_array | type_]}) == made(path, as_object)


@pytest.mark.parametrize("shared", ["context", "integrations"])
def test_an_empty_array_next_to_a_batch_means_an_empty_object(shared: str) -> None:
    batch = {"batch": [ITEM | {"type": "track"}]}
    assert made("/v1/batch", batch | {shared: []}) == made("/v1/batch", batch)


def test_an_empty_array_among_business_objects_is_one_without_members() -> None:
    assert made(COLLECTOR, VIEW | {"dims": [[], {"customers": []}]}) == made(COLLECTOR, VIEW)


@pytest.mark.parametrize("path, body, field", [case for case in CASES if case[0] in {TRACK, IDENTIFY, EVENTS, USERS}])
def test_an_array_with_something_in_it_is_no_object(path: str, body: dict[str, Any], field: str) -> None:
    assert send(path, body | {field: [{}]}).reply.status == 400
