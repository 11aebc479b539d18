from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.dialect_calls import request
from tests.dialects.segment.segment_calls import TRACK, message, messages

from passerby.dialects.segment.context import kept
from passerby.messages import Identifier

AGENT = "Mozilla/5.0 (X11; Linux x86_64)"
BROWSER = {"user-agent": AGENT}
SERVER = {"user-agent": "analytics-python/2.4.0"}
ADDRESS = "192.0.2.1"
ADVERTISING = "7a3cbea0-bdf5-11e4-8dfc-aa07a5b093db"


def context(sent: dict[str, Any], headers: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    return message("/v1/track", TRACK | {"context": sent} | fields, headers).context


def identifiers(sent: dict[str, Any]) -> list[tuple[str, str]]:
    """What a context says of who it is about."""
    made = message("/v1/track", TRACK | {"context": sent})
    assert made.identifiers[0] == Identifier("user_id", "u-1")
    return [(each.namespace, each.value) for each in made.identifiers[1:]]


def test_a_context_is_kept_as_sent() -> None:
    sent = {"page": {"url": "/"}, "locale": "de", "campaign": {"name": "x"}, "groupId": "g", "custom": [1, None]}
    assert context(sent) == sent


def test_the_user_agent_has_the_name_it_has_everywhere() -> None:
    assert context({"userAgent": AGENT}) == {"user_agent": AGENT}
    assert context({"userAgent": "x" * 1_000}) == {"user_agent": "x" * 512}
    assert context({"userAgent": ["odd"]}) == {"userAgent": ["odd"]}


@pytest.mark.parametrize(
    "sent, fields, headers",
    [
        ({}, {}, BROWSER),
        ({"ip": None}, {}, BROWSER),
        ({"library": {"name": "analytics.js"}}, {}, BROWSER),
        ({"library": {"name": "RudderLabs JavaScript SDK"}}, {"channel": "web"}, BROWSER),
        ({}, {"channel": "mobile"}, {"user-agent": AGENT}),
        ({"library": {"name": "analytics-kotlin"}}, {}, {"user-agent": AGENT}),
        ({"library": {"name": ["odd"]}}, {}, BROWSER),
        ({"library": "odd"}, {}, BROWSER),
    ],
)
def test_what_a_browser_or_app_sends_comes_from_its_own_address(
    sent: dict[str, Any], fields: dict[str, Any], headers: dict[str, str]
) -> None:
    made = context(sent, headers, **fields)
    assert (made["ip"], made["user_agent"]) == (ADDRESS, AGENT)


@pytest.mark.parametrize(
    "sent, fields, headers",
    [
        ({}, {}, {}),
        ({}, {}, SERVER),
        ({"ip": None}, {}, SERVER),
        ({"library": {"name": "analytics-python"}}, {}, SERVER),
        ({"library": {"name": "analytics-node"}}, {"channel": "server"}, {"user-agent": "analytics-node/3.0.13"}),
        ({"library": {"name": "analytics.js"}}, {"channel": "server"}, BROWSER),
    ],
)
def test_the_address_of_a_server_is_not_stored(
    sent: dict[str, Any], fields: dict[str, Any], headers: dict[str, str]
) -> None:
    assert context(sent, headers, **fields).keys() <= {"library"}


def test_an_address_and_a_user_agent_in_the_context_count() -> None:
    sent = {"ip": "0.0.0.0", "userAgent": "App/1"}  # noqa: S104 - how senders ask for no address to be kept
    assert context(sent, BROWSER) == {"ip": "0.0.0.0", "user_agent": "App/1"}  # noqa: S104 - as above
    assert context({"ip": "192.0.2.7"}, BROWSER) == {"ip": "192.0.2.7", "user_agent": AGENT}
    assert context({"userAgent": "App/1"}, BROWSER) == {"ip": ADDRESS, "user_agent": "App/1"}


def test_where_the_address_is_unknown_none_is_kept() -> None:
    assert kept({}, {}, request("/v1/track", b"", BROWSER, client_ip="")) == {"user_agent": AGENT}


def test_an_app_without_a_user_agent_has_its_address_alone() -> None:
    assert context({"library": {"name": "analytics-ios"}}) == {"library": {"name": "analytics-ios"}, "ip": ADDRESS}


@pytest.mark.parametrize(
    "sent, session",
    [
        ({}, ""),
        ({"sessionId": 1_790_000_000_000}, "1790000000000"),
        ({"sessionId": "s-1"}, "s-1"),
        ({"sessionId": None}, ""),
        ({"sessionId": ["s"]}, ""),
        ({"sessionId": "s" * 129}, ""),
    ],
)
def test_the_session_is_the_sdks(sent: dict[str, Any], session: str) -> None:
    made = message("/v1/track", TRACK | {"context": sent})
    assert (made.session_id, made.context) == (session, sent)


@pytest.mark.parametrize("id_, hint", [("d-1", "d-1"), (7, "7")])
def test_the_id_of_a_device_is_a_hint(id_: Any, hint: str) -> None:
    assert identifiers({"device": {"id": id_}}) == [("device_id", hint)]


@pytest.mark.parametrize("device", [None, "x", [], {}, {"id": None}, {"id": ""}, {"id": {}}])
def test_a_device_need_have_no_id(device: Any) -> None:
    assert identifiers({"device": device}) == []


@pytest.mark.parametrize(
    "device, system, namespace",
    [
        ({"type": "ios"}, None, "idfa"),
        ({"type": "iOS"}, None, "idfa"),
        ({"type": "android"}, None, "aaid"),
        ({"type": "Android"}, {"name": "iOS"}, "aaid"),
        ({"type": "phone"}, {"name": "iPhone OS"}, "idfa"),
        ({}, {"name": "iPadOS"}, "idfa"),
        ({}, {"name": "Android"}, "aaid"),
        ({"type": 7}, {"name": "tvOS"}, "idfa"),
    ],
)
@pytest.mark.parametrize("enabled", [True, None, 1, "true", "1", "YES", "?", []])
def test_an_advertising_id_is_named_for_its_system(
    device: dict[str, Any], system: Any, namespace: str, enabled: Any
) -> None:
    sent = {"device": {"advertisingId": ADVERTISING} | device, "os": system}
    assert identifiers(sent) == [(namespace, ADVERTISING)]
    sent["device"]["adTrackingEnabled"] = enabled
    assert identifiers(sent) == [(namespace, ADVERTISING)]


@pytest.mark.parametrize("limited", [False, 0, 0.0, "false", "False", " FALSE ", "0", "no", "off"])
def test_who_limits_ad_tracking_has_no_advertising_id(limited: Any) -> None:
    device = {"id": "d-1", "type": "ios", "advertisingId": ADVERTISING, "adTrackingEnabled": limited}
    assert identifiers({"device": device}) == [("device_id", "d-1")]


@pytest.mark.parametrize(
    "sent",
    [
        {"device": {"advertisingId": ADVERTISING}},
        {"device": {"advertisingId": ADVERTISING, "type": "phone"}, "os": {"name": ["odd"]}},
        {"device": {"advertisingId": ADVERTISING, "type": "toaster"}, "os": "odd"},
        {"device": {"advertisingId": None, "type": "ios"}},
        {"device": {"advertisingId": {}, "type": "ios"}},
    ],
)
def test_without_a_system_there_is_no_advertising_id(sent: dict[str, Any]) -> None:
    assert identifiers(sent) == []


def test_the_device_of_a_batch_is_that_of_its_items() -> None:
    device = {"device": {"id": "d-1", "type": "android", "advertisingId": ADVERTISING}}
    (made,) = messages("/v1/batch", {"batch": [{"type": "track", **TRACK}], "context": device})
    assert made.identifiers[1:] == (Identifier("device_id", "d-1"), Identifier("aaid", ADVERTISING))


def external(**members: Any) -> dict[str, Any]:
    return {"id": "c-1", "type": "loyalty_card", "collection": "users", "encoding": "none"} | members


def test_external_ids_count_in_the_namespaces_that_the_project_has_added() -> None:
    sent = {"externalIds": [external(), external(type="till_id", id=7), external(type="shopify_id")]}
    assert identifiers(sent) == [("loyalty_card", "c-1"), ("till_id", "7")]
    assert context(sent) == sent


@pytest.mark.parametrize("kind", ["identify", "track", "page", "screen", "group", "alias"])
def test_external_ids_count_with_every_call(kind: str) -> None:
    item = {
        "userId": "u-1",
        "previousId": "u-0",
        "event": "Paid",
        "groupId": "g",
        "context": {"externalIds": [external()]},
    }
    assert Identifier("loyalty_card", "c-1") in message(f"/v1/{kind}", item).identifiers


@pytest.mark.parametrize("left_out", ["collection", "encoding"])
def test_an_external_id_is_a_persons_and_plain_where_it_does_not_say(left_out: str) -> None:
    sent = external()
    del sent[left_out]
    assert identifiers({"externalIds": [sent]}) == [("loyalty_card", "c-1")]


@pytest.mark.parametrize(
    "members",
    [
        {"type": "user_id"},
        {"type": "email"},
        {"type": "device_id"},
        {"type": ["loyalty_card"]},
        {"type": None},
        {"collection": "accounts"},
        {"encoding": "md5"},
        {"id": ""},
    ],
)
def test_any_other_external_id_is_not_an_identifier(members: dict[str, Any]) -> None:
    made = message("/v1/track", TRACK | {"context": {"externalIds": [external(**members)]}})
    assert (made.identifiers, made.violations) == ((Identifier("user_id", "u-1"),), ())


@pytest.mark.parametrize("sent", [None, "c-1", {}, external(), [None], ["c-1"], [[external()]]])
def test_external_ids_of_another_shape_are_context(sent: Any) -> None:
    assert identifiers({"externalIds": sent}) == []


def test_an_external_id_that_cannot_be_read_is_counted() -> None:
    made = message("/v1/track", TRACK | {"context": {"externalIds": [external(id={"a": 1}), external()]}})
    assert made.identifiers[1:] == (Identifier("loyalty_card", "c-1"),)
    assert [(each.kind, each.attribute) for each in made.violations] == [("wrong_type", "context.externalIds")]


def test_external_ids_shared_by_a_batch_are_not_identifiers() -> None:
    batch = {"batch": [TRACK | {"type": "track"}], "context": {"externalIds": [external()]}}
    (made,) = messages("/v1/batch", batch)
    assert made.identifiers == (Identifier("user_id", "u-1"),)
    assert made.context == batch["context"]


def test_external_ids_of_an_item_count_in_addition_to_those_of_its_batch() -> None:
    item = TRACK | {"type": "track", "context": {"externalIds": [external(id="mine")]}}
    (made,) = messages("/v1/batch", {"batch": [item], "context": {"externalIds": [external(id="ours")]}})
    assert made.identifiers[1:] == (Identifier("loyalty_card", "mine"),)
