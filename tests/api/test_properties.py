"""Every request gets a response that the OpenAPI description allows (property tests)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.api.api_client import ApiClient
from tests.api.test_authorization import STREAMS
from tests.api.test_openapi import DESCRIPTION
from tests.api.test_openapi import OWN as PROJECTS_OWN
from tests.state.state_builder import new_id

from passerby.web.errors import ErrorAnswer

OWN = [path for path in PROJECTS_OWN if path not in STREAMS]
NAMES = ["namespace", "value", "scope", "q", "stage", "limit", "cursor", "name", "wait"]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
values = st.one_of(
    texts, st.integers().map(str), st.floats().map(str), st.sampled_from(["user_id", "lead", "1", "W10"])
)
queries = st.dictionaries(st.sampled_from(NAMES), values, max_size=4)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(OWN), id_=st.one_of(texts, st.builds(new_id)), query=queries)
def test_every_query_gets_a_documented_response(api: ApiClient, path: str, id_: str, query: dict[str, Any]) -> None:
    url = re.sub(r"\{\w+\}", quote(id_, safe="").replace("\\", ""), path)
    for method in DESCRIPTION["paths"][path]:
        answer = api.server.client.request(
            method, url, params={**query, "wait": "0"}, headers={"Authorization": f"Bearer {api.token}"}
        )
        check(answer)


BODIES = [path for path in OWN for each in DESCRIPTION["paths"][path].values() if "requestBody" in each]
FIELDS = ["identifiers", "is_event", "namespace", "value", "scope", "winner", "loser", "force", "reason", "limits"]
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts, st.builds(new_id))
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)
)
bodies = st.one_of(st.binary(max_size=60), anything.map(msgspec.json.encode))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(BODIES), body=bodies)
@example(path="/v1/identity/preview", body=b"[" * 100_000)
def test_every_body_gets_a_documented_response(api: ApiClient, path: str, body: bytes) -> None:
    url = re.sub(r"\{\w+\}", new_id(), path)
    for method in DESCRIPTION["paths"][path].keys() - {"get"}:
        headers = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json"}
        check(api.server.client.request(method, url, content=body, headers=headers))


def check(answer: httpx.Response) -> None:
    """An answer that the description knows of."""
    assert answer.status_code in {200, 400, 404, 405}
    if answer.status_code != 200:
        assert msgspec.json.decode(answer.content, type=ErrorAnswer).error.message
