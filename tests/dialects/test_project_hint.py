"""The project of a rejected request, by any known key in it."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.dialects.dialect_calls import (
    APP_ID,
    AUTH_TOKEN,
    LICENSE,
    MOBILE_KEY,
    PORTAL,
    PROJECT,
    PROPERTY,
    SLUG,
    WRITE_KEY,
    Keys,
)

from passerby.dialects import registry
from passerby.dialects.dialect import RequestParts
from passerby.dialects.registry import project_hint

NOTHING = RequestParts({}, "", {}, b"")
BASIC = "Basic " + base64.b64encode(f"{WRITE_KEY}:".encode()).decode()


@pytest.mark.parametrize(
    "dialect, parts",
    [
        ("crossengage", NOTHING._replace(parameters={"mobileApiKey": MOBILE_KEY})),
        ("crossengage", NOTHING._replace(headers={"x-xng-authtoken": AUTH_TOKEN})),
        ("webengage", NOTHING._replace(parameters={"license": LICENSE})),
        ("customerlabs", NOTHING._replace(parameters={"slug": SLUG})),
        ("customerlabs", NOTHING._replace(body=f'{{"id": "{APP_ID}", "uid'.encode())),
        ("antsomi", NOTHING._replace(query=f"portal_id={PORTAL}&prop_id=1")),
        ("antsomi", NOTHING._replace(query=f"portal_id=1&prop_id={PROPERTY}")),
        ("segment", NOTHING._replace(parameters={"writeKey": WRITE_KEY})),
        ("segment", NOTHING._replace(query=f"data=e30&writeKey={WRITE_KEY}")),
        ("segment", NOTHING._replace(headers={"authorization": BASIC})),
        ("segment", NOTHING._replace(headers={"authorization": BASIC.rstrip("=")})),
        ("segment", NOTHING._replace(headers={"authorization": f"Bearer {WRITE_KEY}"})),
        ("segment", NOTHING._replace(body=f'{{"event": 1, "writeKey":"{WRITE_KEY}"}}'.encode())),
    ],
)
def test_a_known_key_names_its_project(dialect: str, parts: RequestParts) -> None:
    assert project_hint(dialect, parts, Keys()) == PROJECT


@pytest.mark.parametrize("dialect", [each.name for each in registry.ALL] + ["none"])
def test_without_a_key_it_has_no_project(dialect: str) -> None:
    assert project_hint(dialect, NOTHING, Keys()) is None
    assert (
        project_hint(dialect, RequestParts({}, "a=1", {"authorization": "Basic %%%"}, b'{"writeKey":"other"}'), Keys())
        is None
    )


@given(st.sampled_from([each.name for each in registry.ALL]), st.text(), st.text(), st.binary())
@example("segment", "", "Basic \x80", b"")
def test_any_rejected_request_can_be_examined(dialect: str, query: str, authorization: str, body: bytes) -> None:
    assert project_hint(dialect, RequestParts({}, query, {"authorization": authorization}, body), Keys()) is None
