"""Settings that SDKs fetch before sending direct them to this server only."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from tests.dialects.dialect_calls import WRITE_KEY, answer, send
from tests.dialects.segment.segment_calls import AUTHORISED, CUSTOMERIO_SETTINGS, SETTINGS, SOURCE_CONFIG

HTTPS = {"host": "events.example.com", "x-forwarded-proto": "https"}


@pytest.mark.parametrize(
    "path, integration", [(SETTINGS, "Segment.io"), (CUSTOMERIO_SETTINGS, "Customer.io Data Pipelines")]
)
def test_settings_send_everything_to_the_host_that_was_asked(path: str, integration: str) -> None:
    outcome = send(path, None, HTTPS, "GET")
    assert (outcome.reply.status, outcome.messages) == (200, [])
    found = answer(outcome)
    assert found["integrations"] == {
        integration: {"apiKey": WRITE_KEY, "apiHost": "events.example.com/v1", "protocol": "https"}
    }
    assert found["metrics"] == {"sampleRate": 0}, "else the SDK's figures about itself go to the vendor"
    assert ("Cache-Control", "no-store") in outcome.reply.headers


@pytest.mark.parametrize("prefix", ["", "/customerio"])
@pytest.mark.parametrize("key", ["", "other"])
def test_there_are_no_settings_for_an_unknown_key(prefix: str, key: str) -> None:
    outcome = send(f"{prefix}/v1/projects/{key}/settings", None, HTTPS, "GET")
    assert (outcome.reply.status, answer(outcome)["code"]) == (404, "unknown_key")


@pytest.mark.parametrize("path", [SETTINGS, CUSTOMERIO_SETTINGS])
@pytest.mark.parametrize("host", ["", "a b", 'x"y', "evil/path", "user@host", "host:port", "h" * 300, "a\u00e4", "a,b"])
def test_settings_never_name_what_is_no_host(path: str, host: str) -> None:
    outcome = send(path, None, {"host": host}, "GET")
    assert (outcome.reply.status, answer(outcome)["code"]) == (400, "bad_host")


def key_in(where: str) -> tuple[str, dict[str, str]]:
    basic = {"authorization": "Basic " + b64encode(f"{WRITE_KEY}:".encode()).decode()}
    wrong = {"authorization": "Basic " + b64encode(b"other:").decode()}
    in_query = f"{SOURCE_CONFIG}?p=npm&v=3.34.1&writeKey={WRITE_KEY}&lockPluginsVersion=true"
    return {"header": (SOURCE_CONFIG, basic), "query": (in_query, {}), "query alone": (in_query, wrong)}[where]


@pytest.mark.parametrize("where", ["header", "query", "query alone"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_source_is_enabled_and_has_no_destinations(where: str, method: str) -> None:
    path, headers = key_in(where)
    source: dict[str, Any] = answer(send(path, None, {"authorization": "", **headers}, method))["source"]
    assert source["id"]
    assert (source["enabled"], source["destinations"], source["writeKey"]) == (True, [], WRITE_KEY)
    off = {"enabled": False}
    assert source["config"] == {"statsCollection": {"errors": off, "metrics": off}}
    assert "dataplanes" not in source


def test_a_source_names_its_data_plane_where_the_address_is_certain() -> None:
    source = answer(send(SOURCE_CONFIG, None, AUTHORISED | HTTPS, "GET"))["source"]
    assert source["dataplanes"]["EU"] == [{"url": "https://events.example.com", "default": True}]


@pytest.mark.parametrize("path", [SOURCE_CONFIG, f"{SOURCE_CONFIG}?writeKey=other", f"{SOURCE_CONFIG}?writeKey="])
def test_an_unknown_key_has_no_source(path: str) -> None:
    outcome = send(path, None, {}, "GET")
    assert (outcome.reply.status, answer(outcome)["code"]) == (401, "unknown_key")
