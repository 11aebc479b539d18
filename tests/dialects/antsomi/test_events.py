"""Messages made from events of Antsomi's collector."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.antsomi.antsomi_calls import JSON, VIEW, message, post, refused, taken
from tests.dialects.dialect_calls import PROJECT, RECEIVED_AT

from passerby.messages import Identifier, Message

SIGN_IN_TIME = 1_793_563_445_000  # 2026-11-02T03:04:05 in Ho Chi Minh City, which is 2026-11-01T20:04:05Z


def test_a_sign_in_is_an_event_that_identifies_the_customer() -> None:
    context = {"os": {"name": "iOS"}, "userAgent": "App/1", "ip": "198.51.100.7", "locale": "vi"}
    body = {
        "uid": "v-1",
        "aid": "d-1",
        "sid": "2611020304",
        "ec": "user",
        "ea": "sign_in",
        "et": "2026-11-02 03:04:05",
        "dims": {"customers": {"customer_id": "c-1", "name": "Ann", "email": "a@x.io"}, "users": {"user_id": "v-1"}},
        "extra": {"identify_id": "c-1", "identify_event": "user_sign_in", "identify_type": "exact"},
        "items": [],
        "context": context,
    }
    assert message(body) == Message(
        project=PROJECT,
        id="id-1",
        dialect="antsomi",
        kind="track",
        identifiers=(
            Identifier("user_id", "c-1"),
            Identifier("anonymous_id", "v-1"),
            Identifier("device_id", "d-1"),
        ),
        time=SIGN_IN_TIME,
        received_at=RECEIVED_AT,
        name="user/sign_in",
        properties={"identify_event": "user_sign_in", "identify_type": "exact"},
        traits={"name": "Ann", "email": "a@x.io"},
        context={
            "os": {"name": "iOS"},
            "locale": "vi",
            "ip": "198.51.100.7",
            "user_agent": "App/1",
            "aid": "d-1",
        },
        session_id="2611020304",
    )


@pytest.mark.parametrize(
    "fields, name",
    [
        ({"ec": "product", "ea": "view"}, "product/view"),
        ({"ec": "product", "ea": "view", "en": "view_product"}, "product/view"),
        ({"en": "view_product"}, "view_product"),
        ({"ec": "product", "en": "view_product"}, "view_product"),
        ({"ec": 1, "ea": 2}, "1/2"),
    ],
)
def test_an_event_is_named_by_category_and_action_or_by_its_name(fields: dict[str, Any], name: str) -> None:
    assert message({"uid": "v-1"} | fields).name == name


@pytest.mark.parametrize(
    "fields, said",
    [
        ({}, "ec and ea are needed, or en."),
        ({"ec": "product"}, "ec and ea are needed, or en."),
        ({"ea": "view", "en": " "}, "ec and ea are needed, or en."),
        ({"ec": ["product"], "ea": "view"}, "ec must be a string."),
        ({"en": {}}, "en must be a string."),
        ({"en": "e", "extra": [1]}, "extra must be an object."),
        ({"en": "e", "extra": "x"}, "extra must be JSON."),
        ({"en": "e", "context": 5}, "context must be an object."),
        ({"en": "e", "dims": 5}, "dims must be an object."),
        ({"en": "e", "dims": "5"}, "dims must be an object."),
        ({"en": "e", "dims": [1]}, "dims must be an object, or an array of objects."),
        ({"en": "e", "dims": {"users": "v-1"}}, "dims.users must be one object."),
        ({"en": "e", "items": "["}, "items must be JSON."),
    ],
)
def test_errors_are_reported(fields: dict[str, Any], said: str) -> None:
    assert refused(post({"uid": "v-1"} | fields)) == said


@pytest.mark.parametrize(
    "et, time",
    [
        ("2026-11-02 03:04:05", SIGN_IN_TIME),
        ("2026-11-02T03:04:05", SIGN_IN_TIME),
        ("2026-11-01T20:04:05Z", SIGN_IN_TIME),
        ("2026-11-02 04:04:05+08:00", SIGN_IN_TIME),
        (SIGN_IN_TIME, SIGN_IN_TIME),
        (None, RECEIVED_AT),
        ("", RECEIVED_AT),
    ],
)
def test_a_time_without_a_zone_is_meant_in_the_portals(et: Any, time: int) -> None:
    made = message(VIEW | {"et": et})
    assert (made.time, made.violations) == (time, ())


@pytest.mark.parametrize("et", ["soon", True, {}])
def test_a_time_that_cannot_be_read_is_counted(et: Any) -> None:
    made = message(VIEW | {"et": et})
    assert made.time == RECEIVED_AT
    assert [(v.kind, v.attribute) for v in made.violations] == [("unreadable_time", "et")]


def test_what_has_no_place_of_its_own_is_a_property() -> None:
    items = [{"type": "product", "id": "p1", "name": "Shoe"}]
    body = VIEW | {
        "extra": {"revenue": 39.8, "log_id": "of extra"},
        "items": items,
        "dims": {"purchase": {"id": "o-1"}, "users": {"visits": 3}},
        "log_id": "l-1",
        "other": None,
    }
    made = message(body)
    assert made.properties == {
        "log_id": "of extra",
        "other": None,
        "revenue": 39.8,
        "items": items,
        "dims": {"purchase": {"id": "o-1"}},
    }
    assert made.traits == {"visits": 3}


def test_business_objects_in_an_array_are_kept_by_their_type() -> None:
    dims = [{"purchase": {"id": "o-1"}}, {"purchase": {"total": 5}}, {"product": 1}, {"product": 2}, {"product": 3}]
    assert message(VIEW | {"dims": dims}).properties == {
        "dims": {"purchase": {"id": "o-1", "total": 5}, "product": [1, 2, 3]}
    }


def test_what_extra_says_of_the_customer_is_a_trait_unless_the_dims_say_otherwise() -> None:
    extra = {
        "identify_id": "c-1",
        "identify_name": "Ann",
        "identify_email": "a@x.io",
        "identify_phone": "",
        "identify_address": "1 Road",
        "identify_time": "2026-11-02 03:04:05",
    }
    made = message(VIEW | {"extra": extra, "dims": {"customers": {"name": "Ann B."}, "users": {"name": "?", "n": 1}}})
    assert made.traits == {"n": 1, "name": "Ann B.", "email": "a@x.io", "address": "1 Road"}
    assert made.properties == {"identify_time": "2026-11-02 03:04:05"}


def test_an_app_or_a_page_is_the_context() -> None:
    made = taken(post(VIEW, agent="Mozilla/5.0 " + "x" * 1_000))
    assert made.context["ip"] == "192.0.2.1"
    assert len(made.context["user_agent"]) == 512


@pytest.mark.parametrize("agent", ["Mozilla/5.0", 5, None])
def test_a_context_may_know_better(agent: Any) -> None:
    made = taken(post(VIEW | {"context": {"userAgent": agent, "ip": "198.51.100.7"}}, agent="App/1"))
    assert made.context == {"ip": "198.51.100.7", "user_agent": "App/1" if agent is None else agent}


def test_a_server_is_no_context() -> None:
    assert taken(post(VIEW, JSON | {"is_s2s": "1"}, agent="php/8")).context == {}


@pytest.mark.parametrize(
    "fields, campaign",
    [
        ({"extra": {"utm_source": "mail"}}, {"source": "mail"}),
        ({"context": {"gclid": "g1"}}, {"gclid": "g1"}),
        ({"utm_campaign": "spring"}, {"name": "spring"}),
        ({"context": {"campaign": {"source": "web"}}, "extra": {"utm_source": "mail"}}, {"source": "web"}),
        ({"context": {"campaign": {}}, "extra": {"utm_source": "mail"}}, {"source": "mail"}),
    ],
)
def test_campaign_parameters_are_the_campaign(fields: dict[str, Any], campaign: dict[str, str]) -> None:
    assert message(VIEW | fields).context["campaign"] == campaign


@pytest.mark.parametrize("session", ["s" * 129, {"a": 1}])
def test_what_can_be_no_session_stays_in_the_context(session: Any) -> None:
    made = message(VIEW | {"sid": session})
    assert (made.session_id, made.context["sid"]) == ("", session)
