"""Undoing merges over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.api_client import ApiClient
from tests.state.state_builder import DAY, ident, new_id


def merge(api: ApiClient, visitor: str = "m1", user: str = "u1") -> str:
    """Let a customer absorb an anonymous visitor; the merge's id."""
    api.track("Seen", ident("mobile_id", visitor))
    api.identify(ident("user_id", user))
    api.identify(ident("user_id", user), ident("mobile_id", visitor))
    profile = api.get("/v1/profiles", namespace="user_id", value=user).json()
    newest: str = profile["members"][-1]["merge_id"]
    return newest


def test_an_undo_answers_with_both_profiles_as_they_are_then(api: ApiClient) -> None:
    answer = api.post(f"/v1/merges/{merge(api)}/undo")
    assert answer.status_code == 200
    customer, visitor = answer.json()["profiles"]
    assert (customer["user_id"], visitor["stage"]) == ("u1", "anonymous")
    assert visitor["event_count"] == 1
    assert customer == api.get("/v1/profiles", namespace="user_id", value="u1").json()
    assert visitor == api.get("/v1/profiles", namespace="mobile_id", value="m1").json()
    assert len(api.get(f"/v1/profiles/{visitor['id']}/events").json()["events"]) == 1
    for profile in (customer, visitor):
        history = api.get(f"/v1/profiles/{profile['id']}/history").json()["history"]
        assert [entry["kind"] for entry in history[-2:]] == ["merged", "undone"]


def labelled(api: ApiClient, label: str) -> str:
    """Another token of our project."""
    projects = api.server.projects
    token = projects.add_key(projects.project_numbered(api.project), "api_token", DAY, label=label).value
    api.server.credentials.refresh_if_changed()
    return token


def last_reason(api: ApiClient, profile: str) -> str:
    reason: str = api.get(f"/v1/profiles/{profile}/history").json()["history"][-1]["reason"]
    return reason


@pytest.mark.parametrize(
    "body, ending",
    [(None, ""), ({}, ""), ({"reason": "a shared tablet"}, ": a shared tablet")],
)
def test_the_history_names_who_undid_a_merge_and_why(api: ApiClient, body: Any, ending: str) -> None:
    undone = api.post(f"/v1/merges/{merge(api)}/undo", body=body)
    assert undone.status_code == 200
    for profile in undone.json()["profiles"]:
        assert last_reason(api, profile["id"]) == f"undo: merge undone by an API token without a label{ending}"


def test_the_history_names_the_token_that_undid_a_merge(api: ApiClient) -> None:
    merge_id, token = merge(api), labelled(api, "desk")
    winner, _ = api.post(f"/v1/merges/{merge_id}/undo", token, {"reason": "wrong"}).json()["profiles"]
    last = api.get(f"/v1/profiles/{winner['id']}/history").json()["history"][-1]
    assert last["actor"] == {"kind": "api_token", "name": "desk"}
    assert (last["rule"], last["detail"]) == ("undo", {"comment": "wrong"})
    assert last["reason"] == "undo: merge undone by API token “desk”: wrong"


@pytest.mark.parametrize("body", [{"reason": "x" * 1_001}, {"reason": 7}, {"because": "x"}, []])
def test_a_reason_that_cannot_be_kept_is_refused_and_nothing_undone(api: ApiClient, body: Any) -> None:
    merge_id = merge(api)
    assert api.post(f"/v1/merges/{merge_id}/undo", body=body).status_code == 400
    assert api.get(f"/v1/merges/{merge_id}").json()["undoable"] is True


def test_an_id_may_be_in_capitals(api: ApiClient) -> None:
    assert api.post(f"/v1/merges/{merge(api).upper()}/undo").status_code == 200


def test_a_merge_is_undone_once(api: ApiClient) -> None:
    merge_id = merge(api)
    api.post(f"/v1/merges/{merge_id}/undo")
    again = api.post(f"/v1/merges/{merge_id}/undo")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_undone")
    assert again.json()["error"]["details"] == {"merge_id": merge_id}


def test_a_merge_that_a_later_one_builds_on_waits_for_that(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    api.identify(ident("email", "a@b.example"))
    api.identify(ident("email", "a@b.example"), ident("mobile_id", "m1"))
    lead = api.get("/v1/profiles", namespace="mobile_id", value="m1").json()
    first = lead["members"][-1]["merge_id"]
    api.identify(ident("user_id", "u1"), plan="gold")
    api.identify(ident("user_id", "u1"), ident("email", "a@b.example"))
    refused = api.post(f"/v1/merges/{first}/undo")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "dependent_merge_exists")
    later = refused.json()["error"]["details"]["merge_id"]
    assert api.post(f"/v1/merges/{later}/undo").status_code == 200
    assert api.post(f"/v1/merges/{first}/undo").status_code == 200


@pytest.mark.parametrize("merge_id", [new_id(), "m1", "%00"])
def test_a_merge_that_never_was_is_404(api: ApiClient, merge_id: str) -> None:
    answer = api.post(f"/v1/merges/{merge_id}/undo")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_another_projects_merge_cannot_be_undone(api: ApiClient) -> None:
    merge_id = merge(api)
    assert api.post(f"/v1/merges/{merge_id}/undo", api.other_token).status_code == 404
    assert api.post(f"/v1/merges/{merge_id}/undo").status_code == 200


def test_merges_are_listed_newest_first_a_page_at_a_time(api: ApiClient) -> None:
    made = [merge(api, f"m{n}", f"u{n}") for n in range(5)]
    first = api.get("/v1/merges", limit=3).json()
    rest = api.get("/v1/merges", limit=3, cursor=first["cursor"]).json()
    assert [each["id"] for each in first["merges"] + rest["merges"]] == made[::-1]
    assert rest["cursor"] is None
    assert api.get("/v1/merges", api.other_token).json()["merges"] == []


def test_undone_merges_can_be_filtered(api: ApiClient) -> None:
    kept, undone = merge(api, "m1", "u1"), merge(api, "m2", "u2")
    api.post(f"/v1/merges/{undone}/undo")
    assert [each["id"] for each in api.get("/v1/merges", undone="true").json()["merges"]] == [undone]
    assert [each["id"] for each in api.get("/v1/merges", undone="false").json()["merges"]] == [kept]


def test_a_merge_lists_moved_identifiers_and_whether_it_can_be_undone(api: ApiClient) -> None:
    merge_id = merge(api)
    found = api.get(f"/v1/merges/{merge_id}").json()
    assert (found["undoable"], found["built_on"], found["undone_at"]) == (True, None, None)
    assert found["moved"] == [{"namespace": "mobile_id", "value": "m1", "scope": ""}] == [found["via"]]
    assert found["by"]["value"] == "u1"
    assert found["message_id"]
    api.post(f"/v1/merges/{merge_id}/undo")
    undone = api.get(f"/v1/merges/{merge_id}").json()
    assert (undone["undoable"], undone["built_on"]) == (False, None)
    assert undone["undone_at"]


def test_a_merge_names_the_merge_that_builds_on_it(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    api.identify(ident("email", "a@b.example"))
    api.identify(ident("email", "a@b.example"), ident("mobile_id", "m1"))
    first = api.get("/v1/merges").json()["merges"][0]["id"]
    api.identify(ident("user_id", "u1"), plan="gold")
    api.identify(ident("user_id", "u1"), ident("email", "a@b.example"))
    later = api.get("/v1/merges").json()["merges"][0]["id"]
    found = api.get(f"/v1/merges/{first}").json()
    assert (found["undoable"], found["built_on"]) == (False, later)


def test_there_is_no_merge_of_another_project(api: ApiClient) -> None:
    merge_id = merge(api)
    assert api.get(f"/v1/merges/{merge_id}", api.other_token).status_code == 404


def test_an_undo_takes_an_empty_body_of_any_type(api: ApiClient) -> None:
    bearer = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json"}
    undone = api.server.client.post(f"/v1/merges/{merge(api)}/undo", headers=bearer, content=b"")
    assert undone.status_code == 200
