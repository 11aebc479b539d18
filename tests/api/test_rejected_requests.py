"""Rejected requests over HTTP."""

from __future__ import annotations

import pytest
from tests.api.api_client import ApiClient

from passerby.clock import iso
from passerby.rejected_requests.record import NO_PROJECT, RejectedRequest

AT = 1_790_000_000_000


def refuse(api: ApiClient, text: str, project: int | None = None) -> None:
    """Have a request refused, as an edge keeps it."""
    number = api.project if project is None else project
    api.server.refused.add([_refused(number, text)], [])


def _refused(project: int, text: str) -> RejectedRequest:
    return RejectedRequest(
        project=project,
        at=AT,
        dialect="segment",
        call="track",
        status=400,
        reason="not_json",
        answer=text,
        method="POST",
        path="/v1/track",
        client="127.0.0.0/24",
        body='{"event":',
    )


def test_the_newest_come_first_with_a_cursor_to_the_others(api: ApiClient) -> None:
    for text in ("a", "b", "c"):
        refuse(api, text)
    first = api.get("/v1/rejected-requests", limit=2).json()
    assert [each["message"] for each in first["refused"]] == ["c", "b"]
    assert first["refused"][0] | {"id": ""} == {
        "id": "",
        "at": iso(AT),
        "dialect": "segment",
        "call": "track",
        "status": 400,
        "reason": "not_json",
        "message": "c",
        "method": "POST",
        "path": "/v1/track",
        "client": "127.0.0.0/24",
        "body": '{"event":',
        "known": True,
    }
    second = api.get("/v1/rejected-requests", cursor=first["cursor"]).json()
    assert [each["message"] for each in second["refused"]] == ["a"]
    assert second["cursor"] is None


def test_no_other_projects_show_nor_those_of_unknown_keys(api: ApiClient) -> None:
    refuse(api, "theirs", api.other_project)
    refuse(api, "unknown key", NO_PROJECT)
    assert api.get("/v1/rejected-requests").json()["refused"] == []


def test_those_of_unknown_keys_show_where_there_is_one_project(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(api, "unknown key", NO_PROJECT)
    monkeypatch.setattr(type(api.server.credentials), "is_alone", lambda *_: True)
    (found, *_) = api.get("/v1/rejected-requests").json()["refused"]
    assert (found["message"], found["known"]) == ("unknown key", False)
