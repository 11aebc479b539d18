"""The calls of CustomerLabs' apps."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.dialects.customerlabs.customerlabs_calls import (
    ADDED,
    AGENT,
    EXTERNAL_IDS,
    GENEROUS,
    IDENTIFY,
    LOGIN,
    SENDER,
    SESSION,
    SID,
    UID,
    WHO,
    answered,
    asked,
    message,
    profile,
    refused,
)
from tests.dialects.dialect_calls import APP_ID, PROJECT, RECEIVED_AT, Keys, answer, request, send

from passerby.dialects.contract import LookupResult
from passerby.dialects.registry import match
from passerby.messages import Identifier, Message

INSTALLATION = Identifier("anonymous_id", UID)
ADVERTISING = {"idfa": "ID-1", "aaid": "aa-1", "google_analytics__app_instance_id": "ga-1"}


def without(body: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != field}


def test_a_session_describes_the_device_and_its_identifiers() -> None:
    device = {"deviceModelName": "Pixel 9", "extInfoVersion": "a2", "gclid": "g1"}
    parameters = {"utm_source": "mail", "utm_campaign": "spring"}
    ids = ADVERTISING | {"customerlabs_user_id": "web-1", "google_analytics__app_session_id": "gs-1"}
    body = SESSION | {"external_ids": ids, "additional_info": device, "utm_params": parameters}
    assert message(EXTERNAL_IDS, body) == Message(
        project=PROJECT,
        id="id-1",
        dialect="customerlabs",
        kind="identify",
        identifiers=(
            INSTALLATION,
            Identifier("idfa", "ID-1"),
            Identifier("aaid", "aa-1"),
            Identifier("ga_app_instance_id", "ga-1"),
            Identifier("anonymous_id", "web-1"),
        ),
        time=RECEIVED_AT,
        received_at=RECEIVED_AT,
        context={
            "external_ids": {"google_analytics__app_session_id": "gs-1"},
            "additional_info": device,
            "utm_params": parameters,
            "campaign": {"source": "mail", "name": "spring", "gclid": "g1"},
            **SENDER,
        },
        session_id=SID,
    )


def test_a_login_identifies_the_user_and_sets_traits() -> None:
    by = {"identify_by_email": "n@example.com", "identify_by_phone": "+918424032105"}
    traits = {"first_name": "Nelson", "email": "other@example.com", "age": 25}
    body = LOGIN | {"identify_by": by, "traits": traits, "external_ids": {"aaid": "aa-1", "facebook__fbp": "fb.1"}}
    assert message(IDENTIFY, body) == Message(
        project=PROJECT,
        id="id-1",
        dialect="customerlabs",
        kind="identify",
        identifiers=(
            INSTALLATION,
            Identifier("email", "n@example.com"),
            Identifier("phone", "+918424032105"),
            Identifier("aaid", "aa-1"),
        ),
        time=ADDED,
        received_at=RECEIVED_AT,
        traits=traits,
        context={
            "external_ids": {"facebook__fbp": "fb.1"},
            "event_source": "mobile_app",
            **SENDER,
        },
        session_id=SID,
    )


def test_external_ids_may_name_by_email_and_phone_as_well() -> None:
    made = message(EXTERNAL_IDS, SESSION | {"external_ids": {"identify_by_email": "a@x.io", "identify_by_phone": 4917}})
    assert made.identifiers[1:] == (Identifier("email", "a@x.io"), Identifier("phone", "4917"))


def test_an_id_is_stated_once() -> None:
    made = message(EXTERNAL_IDS, SESSION | {"external_ids": {"customerlabs_user_id": UID}})
    assert made.identifiers == (INSTALLATION,)


@pytest.mark.parametrize("limited", [True, "true", " TRUE", 1])
def test_limited_advertising_ids_are_not_identifiers_and_not_stored(limited: Any) -> None:
    made = message(
        EXTERNAL_IDS, SESSION | {"external_ids": ADVERTISING, "additional_info": {"limitAdTracking": limited}}
    )
    assert made.identifiers == (INSTALLATION,)
    assert "external_ids" not in made.context


@pytest.mark.parametrize("allowed", [False, "false", "", None, 0, "?", []])
def test_advertising_ids_that_are_not_limited_name(allowed: Any) -> None:
    made = message(
        EXTERNAL_IDS, SESSION | {"external_ids": ADVERTISING, "additional_info": {"limitAdTracking": allowed}}
    )
    assert len(made.identifiers) == 4


def test_what_a_device_limited_before_stays_limited_at_a_login() -> None:
    body = LOGIN | {"external_ids": {"aaid": "aa-1"}}
    _, limited = answered(IDENTIFY, body, LookupResult(device={"limitAdTracking": "true"}))
    assert Identifier("aaid", "aa-1") not in limited.identifiers
    _, allowed = answered(IDENTIFY, body | {"additional_info": {"limitAdTracking": False}}, LookupResult(device={}))
    assert Identifier("aaid", "aa-1") in allowed.identifiers
    assert allowed.context["additional_info"] == {"limitAdTracking": False}


def test_what_is_asked_is_what_the_installation_has_stated() -> None:
    for path, body in ((IDENTIFY, LOGIN | {"external_ids": {"aaid": "aa-1"}}), (EXTERNAL_IDS, SESSION)):
        inquiry = asked(path, body)
        assert (inquiry.project, inquiry.device) == (PROJECT, INSTALLATION)
        assert not inquiry.identifiers, "a public key must not read a profile"


def test_a_project_may_have_calls_answered_with_the_profile() -> None:
    login = asked(IDENTIFY, LOGIN | {"external_ids": {"aaid": "aa-1"}}, GENEROUS)
    assert (login.project, login.device) == (PROJECT, INSTALLATION)
    assert login.identifiers == (INSTALLATION, Identifier("email", "n@example.com"))
    assert Identifier("aaid", "aa-1") in asked(EXTERNAL_IDS, SESSION, GENEROUS).identifiers


def test_a_call_is_answered_with_what_its_installation_stated_before_and_now() -> None:
    known = LookupResult(
        device={"carrier": "C"},
        traits={"city": "Thane", "zip": "400601", "first_name": "N."},
        external_ids={"ga_app_instance_id": "ga-1", "facebook__fbp": "fb.1", "aaid": "older"},
    )
    body = LOGIN | {"external_ids": {"aaid": "newer"}, "traits": {"first_name": "Nelson", "zip": None}}
    assert answered(IDENTIFY, body, known)[0] == {
        "user_id": UID,
        "external_ids": {"google_analytics__app_instance_id": "ga-1", "facebook__fbp": "fb.1", "aaid": "newer"},
        "additional_info": {"carrier": "C"},
        "user_traits": {"first_name": "Nelson", "city": "Thane"},
    }


def test_where_nothing_is_known_a_session_is_answered_with_what_it_said() -> None:
    assert answer(send(EXTERNAL_IDS, SESSION, AGENT)) == {
        "user_id": UID,
        "external_ids": {"aaid": "aa-1"},
        "additional_info": SESSION["additional_info"],
    }


def test_a_login_is_answered_with_what_is_known_and_this_call_on_top() -> None:
    known = LookupResult(
        profile=profile(
            ("aaid", "older"),
            ("aaid", "newer"),
            ("email", "n@example.com"),
            traits={"first_name": "N.", "city": "Thane", "zip": "400601"},
            context={"external_ids": {"facebook__fbp": "fb.1"}},
        ),
        device={"deviceModelName": "Pixel 9"},
    )
    body = LOGIN | {"external_ids": {"idfa": "ID-1"}, "traits": {"first_name": "Nelson", "zip": None}}
    assert answered(IDENTIFY, body, known)[0] == {
        "user_id": UID,
        "external_ids": {"facebook__fbp": "fb.1", "aaid": "newer", "idfa": "ID-1"},
        "additional_info": {"deviceModelName": "Pixel 9"},
        "user_traits": {"first_name": "Nelson", "city": "Thane"},
    }


def test_a_session_is_answered_with_what_the_device_said_before_and_now() -> None:
    known = LookupResult(profile=profile(context={"external_ids": "?"}), device={"carrier": "C", "locale": "en"})
    said, made = answered(EXTERNAL_IDS, SESSION | {"additional_info": {"locale": "pt"}}, known)
    assert said["additional_info"] == {"carrier": "C", "locale": "pt"}
    assert made.context["additional_info"] == {"locale": "pt"}


def test_other_values_that_are_not_identifiers_are_kept() -> None:
    by = {"identify_by_email": ["a@x.io"], "identify_by_loyalty": "7", "identify_by_phone": ""}
    made = message(IDENTIFY, LOGIN | {"identify_by": by})
    assert made.identifiers == (INSTALLATION,)
    assert made.context["identify_by"] == {"identify_by_email": ["a@x.io"], "identify_by_loyalty": "7"}
    assert [(v.kind, v.attribute, v.sample) for v in made.violations] == [
        ("wrong_type", "identify_by_email", '["a@x.io"]')
    ]


@pytest.mark.parametrize("version", ["i3", 2, {}])
def test_an_unknown_platform_is_kept_and_counted(version: Any) -> None:
    made = message(EXTERNAL_IDS, SESSION | {"additional_info": {"extInfoVersion": version}})
    assert made.context["additional_info"] == {"extInfoVersion": version}
    assert [(v.kind, v.attribute) for v in made.violations] == [("unknown_value", "extInfoVersion")]


@pytest.mark.parametrize("version", ["i2", "a2", "", None])
def test_a_known_platform_or_none_is_not_counted(version: Any) -> None:
    assert not message(EXTERNAL_IDS, SESSION | {"additional_info": {"extInfoVersion": version}}).violations


def test_values_may_be_wrapped() -> None:
    email = {"t": "string", "v": "w@example.com", "ib": True}
    body = LOGIN | {
        "identify_by": {"t": "Object", "v": {"identify_by_email": email}},
        "traits": {"phone": {"t": "string", "v": "+4917", "ib": True}, "age": {"t": "number", "v": "25"}},
        "external_ids": {
            "idfa": {"t": "string", "v": "ID-1", "ib": False},
            "shop": {"t": "string", "v": "1", "ib": True},
        },
    }
    made = message(IDENTIFY, body)
    assert made.identifiers == (INSTALLATION, Identifier("email", "w@example.com"), Identifier("phone", "+4917"))
    assert made.traits == {"phone": "+4917", "age": 25}
    assert made.context["external_ids"] == {"idfa": "ID-1", "shop": "1"}
    assert [(v.kind, v.attribute) for v in made.violations] == [("unknown_identifier", "shop")]


@pytest.mark.parametrize(
    "path, body, field, problem",
    [
        *((EXTERNAL_IDS, without(SESSION, field), field, "is required") for field in SESSION),
        *((IDENTIFY, without(LOGIN, field), field, "is required") for field in LOGIN),
        *((EXTERNAL_IDS, SESSION | {field: None}, field, "is required") for field in SESSION),
        *((IDENTIFY, LOGIN | {field: 5}, field, "must be a") for field in LOGIN),
        *((EXTERNAL_IDS, SESSION | {field: ["x"]}, field, "must be a") for field in SESSION),
        *((EXTERNAL_IDS, SESSION | {field: " "}, field, "is required") for field in WHO),
        (EXTERNAL_IDS, SESSION | {"uid": "u" * 513}, "uid", "must have at most 512 characters"),
        (EXTERNAL_IDS, SESSION | {"id": "unknown"}, "id", "there is no such application"),
        (EXTERNAL_IDS, SESSION | {"utm_params": [1]}, "utm_params", "must be an object"),
        (IDENTIFY, LOGIN | {"additional_info": 1}, "additional_info", "must be an object"),
        (IDENTIFY, LOGIN | {"added_at": "12/03/2026"}, "added_at", "must be ISO 8601 in UTC"),
        (IDENTIFY, LOGIN | {"added_at": "2026-03-12T05:45:15+05:30"}, "added_at", "must be ISO 8601 in UTC"),
        (IDENTIFY, LOGIN | {"added_at": "2026-03-12T05:45:15"}, "added_at", "must be ISO 8601 in UTC"),
        (IDENTIFY, LOGIN | {"added_at": "2026-03-12 05:45:15Z"}, "added_at", "must be ISO 8601 in UTC"),
        (IDENTIFY, LOGIN | {"added_at": "2026-13-12T05:45:15Z"}, "added_at", "must be ISO 8601 in UTC"),
        (IDENTIFY, [LOGIN], "body", "must be a JSON object"),
        (EXTERNAL_IDS, None, "body", "must be a JSON object"),
    ],
)
def test_an_error_names_its_field(path: str, body: Any, field: str, problem: str) -> None:
    assert refused(path, body).startswith(f"{field}: {problem}")


@pytest.mark.parametrize("time", ["2026-03-12T05:45:15Z", "2026-03-12T05:45:15.000Z", "2026-03-12T05:45:15+00:00"])
def test_a_time_in_utc_is_read(time: str) -> None:
    assert message(IDENTIFY, LOGIN | {"added_at": time}).time == ADDED


@pytest.mark.parametrize("path, body", [(EXTERNAL_IDS, SESSION), (IDENTIFY, LOGIN)])
@pytest.mark.parametrize("agent", ["", "  "])
def test_the_devices_user_agent_is_needed(path: str, body: Any, agent: str) -> None:
    assert refused(path, body, {"cl-user-agent": agent}).startswith("CL-User-Agent: is required")


def test_a_long_user_agent_is_cut() -> None:
    assert len(message(IDENTIFY, LOGIN, {"cl-user-agent": "x" * 1_000}).context["user_agent"]) == 512


def test_an_address_that_is_not_known_is_no_context() -> None:
    call = match(EXTERNAL_IDS)
    assert call is not None
    unknown = request(EXTERNAL_IDS, msgspec.json.encode(SESSION), AGENT, client_ip="")
    assert "ip" not in call.handle(unknown, call.parameters, Keys()).messages[0].context


def test_the_app_is_public_and_its_id_all_that_is_needed() -> None:
    assert message(IDENTIFY, LOGIN | {"id": APP_ID}).project == PROJECT
