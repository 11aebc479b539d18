from __future__ import annotations

import msgspec
import pytest
from tests.dialects.antsomi.antsomi_calls import PATHS as ANTSOMI
from tests.dialects.customerlabs.customerlabs_calls import PATHS as CUSTOMERLABS
from tests.dialects.dialect_calls import CALLS, EVENTS, TRACK, USERS

from passerby.dialects.contract import Call, Fault
from passerby.dialects.registry import match

UNKNOWN = ("/api/v1/mobile/mobile-key/page", "/v1/accounts/~2024b7/opengdpr_requests", "/app/track", "/source/")
EVERYWHERE = (*CALLS, *UNKNOWN, *CUSTOMERLABS, *ANTSOMI)


def call_at(path: str) -> Call:
    call = match(path)
    assert call is not None
    return call


def vendors_shape(path: str, body: object) -> bool:
    """Whether a refusal looks like the vendor's."""
    match body:
        case {"errors": [{"field": str(), "type": str(), "message": str()}]}:
            return path.startswith("/api/v1/mobile/")
        case {"response": {"message": str(), "status": "error"}}:
            return path.startswith("/v1/accounts/")
        case {"validation_error": {"error_message": str()}}:
            return path.startswith(("/app/", "/source/"))
        case {"status": False, "message": str()}:
            return path in ANTSOMI
    return False


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("fault", Fault)
def test_every_call_answers_every_fault_in_its_vendors_shape(path: str, fault: Fault) -> None:
    for detail in ("", 'a "detail"'):
        reply = call_at(path).fault(fault, detail)
        assert reply.status >= 400
        assert reply.content_type == "application/json"
        assert vendors_shape(path, msgspec.json.decode(reply.body))


@pytest.mark.parametrize(
    "fault, status",
    [
        (Fault.UNKNOWN_PATH, 404),
        (Fault.METHOD_NOT_ALLOWED, 405),
        (Fault.UNKNOWN_KEY, 401),
        (Fault.TOO_LARGE, 413),
        (Fault.BAD_ENCODING, 400),
        (Fault.NOT_UTF8, 400),
        (Fault.NOT_JSON, 400),
        (Fault.TOO_DEEP, 400),
        (Fault.TOO_MANY_ATTRIBUTES, 400),
        (Fault.TOO_SLOW, 408),
        (Fault.RATE_LIMITED, 429),
        (Fault.OVERLOADED, 429),
        (Fault.UNAVAILABLE, 503),
    ],
)
def test_a_fault_has_one_status_everywhere(fault: Fault, status: int) -> None:
    statuses = {call_at(path).fault(fault, "").status for path in EVERYWHERE}
    assert statuses == {status, 404} if fault is Fault.UNKNOWN_KEY else {status}


def test_an_unknown_webhook_of_customerlabs_is_not_there() -> None:
    assert {call_at(path).fault(Fault.UNKNOWN_KEY, "").status for path in CUSTOMERLABS} == {404}


@pytest.mark.parametrize(
    "path, methods", [(TRACK, "POST"), (EVENTS, "POST"), (USERS, "POST, PUT"), ("/event", "GET, POST")]
)
def test_the_error_for_a_wrong_method_lists_the_allowed_ones(path: str, methods: str) -> None:
    call = call_at(path)
    assert call.fault(Fault.METHOD_NOT_ALLOWED, "").headers == (("Allow", methods),)
    assert call.methods == set(methods.split(", "))


def test_the_detail_of_a_fault_is_in_the_response() -> None:
    assert b"The body is not JSON. It stops short." in call_at(TRACK).fault(Fault.NOT_JSON, "It stops short").body
