"""Every error response has the same shape, whichever layer raises it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs
from tests.api.api_client import ApiClient

from passerby.accounts.errors import AccountsUnavailable
from passerby.errors import StoreError
from passerby.messages import Identifier
from passerby.services.errors import ErrorCode
from passerby.state.protocol import StateBroken, StateUnavailable
from passerby.web.errors import MEANING, STATUS, ErrorAnswer


def error(answer: Any, status: int) -> ErrorAnswer:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    return msgspec.json.decode(answer.content, type=ErrorAnswer, strict=True)


@pytest.mark.parametrize("path", ["/", "/v1", "/v2/stats", "/schema", "/schema/swagger", "/docs", "/openapi.yaml"])
def test_an_unknown_path_is_404(api: ApiClient, path: str) -> None:
    assert error(api.get(path), 404).error.code == ErrorCode.NOT_FOUND


def test_a_wrong_method_is_405_and_names_the_right_ones(api: ApiClient) -> None:
    answer = api.server.client.delete("/v1/stats")
    assert error(answer, 405).error.code == ErrorCode.METHOD_NOT_ALLOWED
    assert "GET" in answer.headers["allow"]


def test_every_parameter_that_is_wrong_is_named(api: ApiClient) -> None:
    found = error(api.get("/v1/catalogue", limit="x"), 400).error
    assert found.code == ErrorCode.INVALID_PARAMETER
    assert [parameter["name"] for parameter in found.details["parameters"]] == ["limit"]
    assert "limit" in found.message


def test_an_internal_error_is_logged_and_not_disclosed(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise KeyError("a secret of ours")

    monkeypatch.setattr(type(api.server.reader), "totals", lambda _, project: fail(project))
    with capture_logs() as lines:
        answer = api.get("/v1/stats")
    assert error(answer, 500).error.code == ErrorCode.INTERNAL_ERROR
    assert "secret" not in answer.text
    assert [(line["log_level"], type(line["exc_info"])) for line in lines if line["event"] == "a request failed"] == [
        ("error", KeyError)
    ]


@pytest.mark.parametrize(
    "failure, seconds, advice",
    [
        (StateUnavailable("disk I/O error at /srv/state.db"), "5", "try again"),
        (StateBroken("database disk image is malformed at /srv/state.db"), "60", "passerby doctor"),
    ],
)
def test_a_store_that_fails_is_503_and_says_what_to_do(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, failure: StoreError, seconds: str, advice: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(type(api.server.reader), "totals", fail)
    with capture_logs() as lines:
        answer = api.get("/v1/stats")
    found = error(answer, 503).error
    assert (found.code, found.details) == (ErrorCode.STORE_UNAVAILABLE, {"store": "state"})
    assert advice in found.message
    assert answer.headers["retry-after"] == seconds
    assert "/srv" not in answer.text
    assert [(line["store"], line["exc_info"]) for line in lines if line["event"] == "a store failed"] == [
        ("the state", failure)
    ]


def test_a_failure_while_a_request_waits_is_503_too(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise StateUnavailable("locked")

    api.track("Seen", Identifier("mobile_id", "m-1"))
    monkeypatch.setattr(type(api.server.reader), "positions", fail)
    assert error(api.get("/v1/stats", wait="1"), 503).error.code == ErrorCode.STORE_UNAVAILABLE


def test_a_control_file_that_fails_during_a_change_is_503_and_not_a_bad_parameter(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AccountsUnavailable("database or disk is full")

    monkeypatch.setattr("passerby.accounts.sqlite.projects.SqliteProjects.add_key", fail)
    answer = api.post("/v1/keys", body={"kind": "segment.write_key"})
    assert error(answer, 503).error.details == {"store": "control file"}


def test_every_code_has_a_status_and_a_meaning() -> None:
    assert set(STATUS) == set(MEANING) == set(ErrorCode)


def test_answers_are_kept_by_no_cache_and_taken_for_nothing_else(api: ApiClient) -> None:
    for path in ("/v1/stats", "/healthz", "/openapi.json"):
        headers = api.get(path).headers
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
