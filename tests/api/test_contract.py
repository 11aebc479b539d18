"""Every request that the OpenAPI description allows, and others, get a response that it describes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.api.test_openapi import DESCRIPTION
from tests.server_process import Server, serving

from passerby.api.openapi.reference import METHODS

EXAMPLES: Final = 1_000 if os.environ.get("PROVE_LONG") else 12
"""How many requests are made up for each operation, half of them wrong."""
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STREAM: Final = "text/event-stream"

Json = Any
Case = schemathesis.Case[Any]


def answers_once(operation: Json) -> bool:
    """Whether there is an end to the answer."""
    return all(STREAM not in answer.get("content", {}) for answer in operation["responses"].values())


OPERATIONS: Final = [
    (path, method)
    for path, item in DESCRIPTION["paths"].items()
    for method in item
    if method in METHODS and answers_once(item[method])
]
SCHEMA: Final = schemathesis.openapi.from_dict(DESCRIPTION)


class Known(NamedTuple):
    """A server, and the ids of what is known to it."""

    server: Server
    ids: Mapping[str, str]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    with serving(tmp_path_factory.mktemp("contract") / "data", environment={"PASSERBY_EDGE_RATE_LIMITS": "off"}) as one:
        path = f"/api/v1/mobile/{one.keys['crossengage']['mobile_api_key']}"
        for call, fields in (
            ("track", {"event": "Seen"}),
            ("identify", {"userId": "u"}),
            ("identify", {"userId": "v"}),
        ):
            body = {"mobileId": "second" if fields == {"userId": "v"} else "first", **fields}
            assert httpx.post(f"http://127.0.0.1:{one.port}{path}/{call}", json=body).status_code == 202
        profile = one.read("/v1/profiles", namespace="mobile_id", value="first")["id"]
        (event,) = one.read(f"/v1/profiles/{profile}/events")["events"]
        other = one.read("/v1/profiles", namespace="mobile_id", value="second")["id"]
        ids = {"profile_id": profile, "event_id": event["id"], "winner": profile, "loser": other}
        yield Known(one, {**ids, "key_id": spare_key(one)})


def spare_key(server: Server) -> str:
    """The id of an unused key, for routes that revoke keys."""
    bearer = {"Authorization": f"Bearer {server.keys['api_token']}"}
    url = f"http://127.0.0.1:{server.console_port}/v1/keys"
    return str(httpx.post(url, json={"kind": "segment.write_key"}, headers=bearer).json()["id"])


def with_keys(case: Case, known: Known) -> None:
    """Let a request name the project by its own keys, and things by their ids, wherever those may stand."""
    keys = known.server.keys
    in_path = {
        **known.ids,
        "mobileApiKey": keys["crossengage"]["mobile_api_key"],
        "license": keys["webengage"]["license_code"],
        "slug": keys["customerlabs"]["webhook_path"].split("/")[2],
        "writeKey": keys["segment"]["write_key"],
    }
    case.path_parameters.update({name: key for name, key in in_path.items() if name in case.path_parameters})
    if "portal_id" in case.query:
        case.query.update({"portal_id": keys["antsomi"]["portal_id"], "prop_id": keys["antsomi"]["prop_id"]})
    body = case.body
    if case.path.startswith(("/app/", "/source/")) and type(body) is dict and type(body.get("id")) is str:
        case.body = {**body, "id": keys["customerlabs"]["app_id"]}  # never within: it may be the description's example
    if type(body) is dict and "winner" in body:
        case.body = {**body, **{name: known.ids[name] for name in ("winner", "loser")}}


def authorization(case: Case, server: Server) -> tuple[str, str] | str | None:
    """The secret that a call needs: of the management API, of WebEngage, of Segment."""
    if "servers" not in DESCRIPTION["paths"][case.path]:
        return f"Bearer {server.keys['api_token']}"
    if case.path.startswith("/v1/accounts/"):
        return f"Bearer {server.keys['webengage']['api_key']}"
    return (server.keys["segment"]["write_key"], "") if case.path.startswith("/v1/") else None


def ask(case: Case, known: Known, *, ours: bool) -> None:
    """Send a request, with our keys or as it was made up, and hold the answer to the description."""
    if ours:
        with_keys(case, known)
    if "wait" in case.query:
        case.query["wait"] = 0  # nothing is waited for, so no answer may be that it did not come
    server = known.server
    key = authorization(case, server) if ours else None
    headers = {"Authorization": key} if type(key) is str else {}
    if ours:
        headers["X-XNG-AuthToken"] = server.keys["crossengage"]["auth_token"]
    ingest = "servers" in DESCRIPTION["paths"][case.path]
    url = f"http://127.0.0.1:{server.port if ingest else server.console_port}"
    answer = case.call(
        base_url=url, headers=headers, auth=key if type(key) is tuple else None, allow_redirects=False, timeout=30
    )
    assert answer.status_code < 500, answer.text
    case.validate_response(answer, checks=CHECKS)


@pytest.mark.parametrize("path, method", OPERATIONS)
def test_every_answer_is_one_that_the_description_knows(path: str, method: str, known: Known) -> None:
    operation = SCHEMA[path][method.upper()]
    right, wrong = (
        operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    )

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    @given(case=right | wrong, ours=st.sampled_from((True, True, True, False)))
    def hold(case: Case, ours: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
        ask(case, known, ours=ours)

    hold()
