from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
import pytest
from tests.dialects.antsomi.antsomi_calls import PATHS as ANTSOMI
from tests.dialects.crossengage.crossengage_calls import PATHS as CROSSENGAGE
from tests.dialects.customerlabs.customerlabs_calls import EXTERNAL_IDS, LOGIN, SESSION, WEBHOOK
from tests.dialects.customerlabs.customerlabs_calls import IDENTIFY as LOGS_IN
from tests.dialects.customerlabs.customerlabs_calls import PATHS as CUSTOMERLABS
from tests.dialects.dialect_calls import (
    API_KEY,
    APP_ID,
    AUTH_TOKEN,
    BULK_EVENTS,
    CALLS,
    EVENTS,
    IDENTIFY,
    LICENSE,
    MOBILE_KEY,
    PORTAL,
    PROPERTY,
    SLUG,
    TRACK,
    USERS,
    WRITE_KEY,
    answer,
    send,
)
from tests.dialects.segment.segment_calls import METRICS, READS, SOURCE_CONFIG
from tests.dialects.segment.segment_calls import PATHS as SEGMENT

from passerby.dialects.contract import Fault
from passerby.dialects.openapi import paths, security_schemes
from passerby.dialects.registry import match

METHODS = {"delete", "get", "head", "post", "put"}
OPERATIONS = [(path, method) for path, item in paths().items() for method in item if method in METHODS]
TAKING = [(path, method) for path, method in OPERATIONS if method not in {"get", "head", "delete"} and path != METRICS]
"""Those that take something and keep it."""
KEEPING = [(path, method) for path, method in TAKING if not path.endswith(("-status", "/attributes"))]
"""Those of them that need not look up whom they are about."""


IN_PATHS = {"mobileApiKey": MOBILE_KEY, "license": LICENSE, "writeKey": WRITE_KEY, "slug": SLUG, "id": "ext123456"}


def described(path: str, method: str) -> dict[str, Any]:
    operation: dict[str, Any] = deepcopy(paths()[path][method])  # a test may put its own keys into an example
    return operation


def real(path: str) -> str:
    for name, value in IN_PATHS.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def addressed(path: str) -> str:
    """The path, with the query that says whose the call is where the vendor wants one."""
    return f"{path}?portal_id={PORTAL}&prop_id={PROPERTY}&resp_type=json" if path in ANTSOMI else real(path)


def key(path: str) -> str:
    """The key that goes into the header of a call."""
    return API_KEY if path.startswith("/v1/accounts/") else WRITE_KEY


def examples(part: dict[str, Any]) -> dict[str, Any]:
    found = part["content"]["application/json"]["examples"]
    return {name: example["value"] for name, example in found.items()}


def in_headers(operation: dict[str, Any]) -> dict[str, str]:
    """The headers that a call needs, as its description shows them."""
    needed = (each for each in operation["parameters"] if each["in"] == "header" and "example" in each)
    return {each["name"].lower(): each["example"] for each in needed}


def test_every_call_is_described() -> None:
    assert {real(path) for path in paths()} == {
        *CALLS,
        *CUSTOMERLABS,
        *ANTSOMI,
        *SEGMENT,
        METRICS,
        *READS,
        *map(real, CROSSENGAGE),
    }
    for path in paths():
        call = match(real(path))
        assert call is not None
        assert {method.upper() for described, method in OPERATIONS if described == path} == call.methods


@pytest.mark.parametrize("path, method", KEEPING)
def test_every_example_of_a_request_is_answered_as_described(path: str, method: str) -> None:
    operation = described(path, method)
    headers = {"authorization": f"Bearer {key(path)}", "x-xng-authtoken": AUTH_TOKEN} | in_headers(operation)
    for body in examples(operation["requestBody"]).values():
        app = {"id": APP_ID} if "id" in body and path not in CROSSENGAGE else {}
        outcome = send(addressed(path), body | app if app else body, headers, method.upper())
        assert outcome.messages, outcome.reply
        assert all(message.kind != "invalid" for message in outcome.messages)
        response = operation["responses"][str(outcome.reply.status)]
        if "content" in response:
            (expected,) = examples(response).values()
            assert answer(outcome).keys() == expected.keys()
        else:
            assert outcome.reply.body == b""


@pytest.mark.parametrize("path, method", TAKING)
def test_every_fault_of_a_call_is_described_with_its_answer(path: str, method: str) -> None:
    call = match(real(path))
    assert call is not None
    never = {Fault.UNKNOWN_PATH, Fault.METHOD_NOT_ALLOWED}
    if path in {*CUSTOMERLABS, *CROSSENGAGE}:
        never.add(Fault.UNKNOWN_KEY)  # the app's id is a field like any other; CrossEngage answers without a body
    for fault in set(Fault) - never:
        reply = call.fault(fault, "")
        known = examples(described(path, method)["responses"][str(reply.status)])
        assert known[fault.value] == msgspec.json.decode(reply.body)


@pytest.mark.parametrize(
    "path, body, example",
    [
        (IDENTIFY, {"mobileId": "m", "email": "ada@example.com"}, "fields"),
        (TRACK, {"event": "Paid", "properties": [1]}, "fields"),
        (EVENTS, {"eventName": "Paid"}, "neither_id"),
        (USERS, {}, "neither_id"),
        (BULK_EVENTS, {"events": [{"userId": "u", "eventName": "Paid"}, {"eventName": "Paid"}]}, "neither_id"),
    ],
)
def test_the_example_of_a_refusal_is_what_is_answered(path: str, body: Any, example: str) -> None:
    template = path.replace(MOBILE_KEY, "{mobileApiKey}").replace(LICENSE, "{license}")
    assert examples(described(template, "post")["responses"]["400"])[example] == answer(send(path, body))


@pytest.mark.parametrize("prefix", ["", "/customerio"])
def test_the_example_of_settings_is_what_is_answered(prefix: str) -> None:
    path = f"{prefix}/v1/projects/{{writeKey}}/settings"
    responses = described(path, "get")["responses"]
    shown = examples(responses["200"])["settings"]
    (integration,) = shown["integrations"].values()
    integration["apiKey"] = WRITE_KEY
    headers = {"host": "events.example.com", "x-forwarded-proto": "https"}
    assert shown == answer(send(real(path), None, headers, "GET"))
    assert examples(responses["404"])["unknown_key"] == answer(send(f"{prefix}/v1/projects/other/settings", None))
    assert examples(responses["400"])["bad_host"] == answer(send(real(path), None, method="GET"))


def test_the_example_of_a_source_is_what_is_answered() -> None:
    shown = examples(described(SOURCE_CONFIG, "get")["responses"]["200"])["source"]
    shown["source"]["writeKey"] = WRITE_KEY
    assert shown == answer(send(f"{SOURCE_CONFIG}?writeKey={WRITE_KEY}", None, {}, "GET"))


@pytest.mark.parametrize("path", [path for path in READS if "pixel" in path])
def test_every_status_of_a_pixel_is_described(path: str) -> None:
    call = match(path)
    assert call is not None
    responses = described(path, "get")["responses"]
    for fault in set(Fault) - {Fault.UNKNOWN_PATH, Fault.METHOD_NOT_ALLOWED}:
        assert "image/gif" in responses[str(call.fault(fault, "").status)]["content"]


@pytest.mark.parametrize("path, body", [(EXTERNAL_IDS, SESSION), (LOGS_IN, LOGIN), (WEBHOOK, {})])
def test_the_example_of_a_missing_field_is_what_is_answered(path: str, body: dict[str, Any]) -> None:
    template = path.replace(SLUG, "{slug}")
    operation = described(template, "post")
    refused = send(path, {**body, "uid": None} if body else {}, in_headers(operation))
    assert examples(operation["responses"]["400"])["fields"] == answer(refused)


@pytest.mark.parametrize("path", ANTSOMI)
def test_the_example_of_an_event_without_a_name_is_what_is_answered(path: str) -> None:
    assert examples(described(path, "post")["responses"]["400"])["fields"] == answer(send(addressed(path), {}))


def test_an_unknown_license_is_described_with_its_answer() -> None:
    responses = described("/v1/accounts/{license}/events", "post")["responses"]
    assert examples(responses["404"])["unknown_license"] == answer(send("/v1/accounts/unknown/events", {}))


@pytest.mark.parametrize("path, method", OPERATIONS)
def test_a_description_is_whole(path: str, method: str) -> None:
    operation = described(path, method)
    assert operation["summary"]
    assert operation["description"]
    assert {name for requirement in operation["security"] for name in requirement} <= security_schemes().keys()
    in_path = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
    assert path.count("{") == len(in_path)
    assert all(f"{{{name}}}" in path for name in in_path)


def test_names_of_operations_differ() -> None:
    names = [described(path, method)["operationId"] for path, method in OPERATIONS]
    assert len(set(names)) == len(names)


def test_the_description_is_plain_json_and_says_where_the_calls_go() -> None:
    said = paths("http://ingest.example:8080")
    assert msgspec.json.decode(msgspec.json.encode(said)) == said
    assert {item["servers"][0]["url"] for item in said.values()} == {"http://ingest.example:8080"}


def test_a_limited_call_says_when_to_come_back() -> None:
    for path, method in OPERATIONS:
        headers = described(path, method)["responses"]["429"]["headers"]
        assert ("X-RateLimit-Limit" in headers) == path.startswith("/v1/accounts/")
        assert "Retry-After" in headers
