"""The OpenAPI description is correct: its examples match its schemas, and it has every response of every route."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.api.api_client import ApiClient
from tests.house.repository import ROOT
from tests.state.state_builder import ident

from passerby.api.openapi import reference
from passerby.api.openapi.document import describe

DESCRIPTION = describe(reference.application_to_describe(), "http://ingest.example")
OWN = [path for path, item in DESCRIPTION["paths"].items() if path.startswith("/v1/") and "servers" not in item]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DESCRIPTION["paths"].items():
        for method, operation in item.items():
            if method in reference.METHODS:
                yield method, path, operation


def validated(schema: dict[str, Any], value: Any) -> None:
    jsonschema_rs.Draft202012Validator({**schema, "components": DESCRIPTION["components"]}).validate(value)


def test_it_is_served_without_a_token(api: ApiClient) -> None:
    served = api.get("/openapi.json", "").json()
    assert served["openapi"].startswith("3.1")
    assert served["paths"].keys() == DESCRIPTION["paths"].keys()


def test_it_holds_the_vendors_calls_and_where_they_go() -> None:
    item = DESCRIPTION["paths"]["/api/v1/mobile/{mobileApiKey}/track"]
    assert item["servers"][0]["url"] == "http://ingest.example"
    assert "/v1/accounts/{license}/bulk-events" in DESCRIPTION["paths"]


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(DESCRIPTION)
    for target in {part.partition('"')[0] for part in text.split('"$ref": "')[1:]}:
        found: Any = DESCRIPTION
        for step in target.removeprefix("#/").split("/"):
            found = found[step]


def test_every_operation_has_an_id_of_its_own_and_words() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids))
    for _, path, operation in operations():
        assert operation["summary"], path
        assert operation["description"], path


@pytest.mark.parametrize(
    "operation", [pytest.param(each, id=f"{method} {path}") for method, path, each in operations()]
)
def test_the_examples_have_the_shapes_they_are_examples_of(operation: dict[str, Any]) -> None:
    for answer in (*operation["responses"].values(), operation.get("requestBody", {})):
        for content in answer.get("content", {}).values():
            for example in content.get("examples", {}).values():
                validated(content["schema"], example["value"])


@pytest.mark.parametrize("path", OWN)
def test_what_belongs_to_a_project_needs_a_token_and_declares_its_errors(path: str) -> None:
    for method, operation in DESCRIPTION["paths"][path].items():
        assert operation["security"] == [{"apiToken": []}]
        assert {"401", "500", "503"} <= operation["responses"].keys()
        assert len([status for status in operation["responses"] if status.startswith("2")]) == 1
        if method == "get":
            assert "wait" in {parameter["name"] for parameter in operation["parameters"]}
        if method == "get" or "requestBody" in operation:
            assert "400" in operation["responses"]


def test_optional_parameters_are_left_out_and_not_null() -> None:
    for _, _, operation in operations():
        for parameter in operation.get("parameters", ()):
            assert "null" not in json.dumps(parameter["schema"])


def test_real_answers_have_the_shapes_that_are_described(api: ApiClient) -> None:
    from tests.api.test_merges import merge  # noqa: PLC0415 - not a test of this module

    merge_id = merge(api)
    profile = api.get("/v1/profiles", namespace="user_id", value="u1").json()["id"]
    event_id = api.track("Seen", ident("user_id", "u1"), n=1).id
    webhook = {"kind": "webhook", "name": "crm", "config": {"url": "https://example.com/"}}
    destination = api.post("/v1/destinations", body=webhook).json()["id"]
    asked = {"namespace": "user_id", "value": "u1"}
    attribute = {"event": "Seen", "attribute": "n", "type": "number"}
    answers = {
        ("get", path): api.get(
            path.format(profile_id=profile, merge_id=merge_id, event_id=event_id, destination_id=destination),
            **(attribute if path.endswith("/values") else asked),
        )
        for path in OWN
        if path not in {"/v1/live", "/v1/audit/export.csv"} and "get" in DESCRIPTION["paths"][path]
    }
    answers["post", "/v1/merges/{merge_id}/undo"] = api.post(f"/v1/merges/{merge_id}/undo")
    answers["post", "/v1/identity/preview"] = api.post("/v1/identity/preview", body={"identifiers": [asked]})
    for (method, path), answer in answers.items():
        operation = DESCRIPTION["paths"][path][method]
        assert answer.status_code == 200
        validated(operation["responses"]["200"]["content"]["application/json"]["schema"], answer.json())


def test_the_committed_reference_is_current() -> None:
    committed = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    assert committed == reference.current(), "make docs"


def test_the_reference_is_printed_on_request(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "passerby.api.openapi.reference"]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert printed == reference.current()


def test_the_reference_names_every_path_parameter_and_error() -> None:
    page = reference.current()
    for method, path, operation in operations():
        assert f"`{method.upper()} {path}`" in page
        for parameter in operation.get("parameters", ()):
            assert f"`{parameter['name']}`" in page


def test_what_only_describes_answers_nothing() -> None:
    with pytest.raises(RuntimeError, match="only describes"):
        reference.no_context()
