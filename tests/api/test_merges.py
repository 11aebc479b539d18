"""Taking merges back over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.office import Office
from tests.state.filling import DAY, ident, new_id


def merge(office: Office, visitor: str = "m1", user: str = "u1") -> str:
    """Let a customer absorb an anonymous visitor; the merge's id."""
    office.track("Seen", ident("mobile_id", visitor))
    office.identify(ident("user_id", user))
    office.identify(ident("user_id", user), ident("mobile_id", visitor))
    profile = office.get("/v1/profiles", namespace="user_id", value=user).json()
    newest: str = profile["members"][-1]["merge_id"]
    return newest


def test_an_undo_answers_with_both_profiles_as_they_are_then(office: Office) -> None:
    answer = office.post(f"/v1/merges/{merge(office)}/undo")
    assert answer.status_code == 200
    customer, visitor = answer.json()["profiles"]
    assert (customer["user_id"], visitor["stage"]) == ("u1", "anonymous")
    assert visitor["event_count"] == 1
    assert customer == office.get("/v1/profiles", namespace="user_id", value="u1").json()
    assert visitor == office.get("/v1/profiles", namespace="mobile_id", value="m1").json()
    assert len(office.get(f"/v1/profiles/{visitor['id']}/events").json()["events"]) == 1
    for profile in (customer, visitor):
        history = office.get(f"/v1/profiles/{profile['id']}/history").json()["history"]
        assert [entry["kind"] for entry in history[-2:]] == ["merged", "undone"]


def labelled(office: Office, label: str) -> str:
    """Another token of our project."""
    projects = office.building.projects
    token = projects.add_key(projects.project_numbered(office.ours), "api_token", DAY, label=label).value
    office.building.credentials.refresh_if_changed()
    return token


def last_reason(office: Office, profile: str) -> str:
    reason: str = office.get(f"/v1/profiles/{profile}/history").json()["history"][-1]["reason"]
    return reason


@pytest.mark.parametrize(
    "body, ending",
    [(None, ""), ({}, ""), ({"reason": "a shared tablet"}, ": a shared tablet")],
)
def test_the_history_tells_who_undid_a_merge_and_why(office: Office, body: Any, ending: str) -> None:
    undone = office.post(f"/v1/merges/{merge(office)}/undo", body=body)
    assert undone.status_code == 200
    for profile in undone.json()["profiles"]:
        assert last_reason(office, profile["id"]) == f"undo: merge undone by an API token without a label{ending}"


def test_the_history_names_the_token_that_undid_a_merge(office: Office) -> None:
    merge_id, token = merge(office), labelled(office, "desk")
    winner, _ = office.post(f"/v1/merges/{merge_id}/undo", token, {"reason": "wrong"}).json()["profiles"]
    last = office.get(f"/v1/profiles/{winner['id']}/history").json()["history"][-1]
    assert last["actor"] == {"kind": "api_token", "name": "desk"}
    assert (last["rule"], last["detail"]) == ("undo", {"comment": "wrong"})
    assert last["reason"] == "undo: merge undone by API token “desk”: wrong"


@pytest.mark.parametrize("body", [{"reason": "x" * 1_001}, {"reason": 7}, {"because": "x"}, []])
def test_a_reason_that_cannot_be_kept_is_refused_and_nothing_undone(office: Office, body: Any) -> None:
    merge_id = merge(office)
    assert office.post(f"/v1/merges/{merge_id}/undo", body=body).status_code == 400
    assert office.get(f"/v1/merges/{merge_id}").json()["undoable"] is True


def test_an_id_may_be_in_capitals(office: Office) -> None:
    assert office.post(f"/v1/merges/{merge(office).upper()}/undo").status_code == 200


def test_a_merge_is_undone_once(office: Office) -> None:
    merge_id = merge(office)
    office.post(f"/v1/merges/{merge_id}/undo")
    again = office.post(f"/v1/merges/{merge_id}/undo")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_undone")
    assert again.json()["error"]["details"] == {"merge_id": merge_id}


def test_a_merge_that_a_later_one_builds_on_waits_for_that(office: Office) -> None:
    office.track("Seen", ident("mobile_id", "m1"))
    office.identify(ident("email", "a@b.example"))
    office.identify(ident("email", "a@b.example"), ident("mobile_id", "m1"))
    lead = office.get("/v1/profiles", namespace="mobile_id", value="m1").json()
    first = lead["members"][-1]["merge_id"]
    office.identify(ident("user_id", "u1"), plan="gold")
    office.identify(ident("user_id", "u1"), ident("email", "a@b.example"))
    refused = office.post(f"/v1/merges/{first}/undo")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "dependent_merge_exists")
    later = refused.json()["error"]["details"]["merge_id"]
    assert office.post(f"/v1/merges/{later}/undo").status_code == 200
    assert office.post(f"/v1/merges/{first}/undo").status_code == 200


@pytest.mark.parametrize("merge_id", [new_id(), "m1", "%00"])
def test_a_merge_that_never_was_is_404(office: Office, merge_id: str) -> None:
    answer = office.post(f"/v1/merges/{merge_id}/undo")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_another_projects_merge_cannot_be_undone(office: Office) -> None:
    merge_id = merge(office)
    assert office.post(f"/v1/merges/{merge_id}/undo", office.their_token).status_code == 404
    assert office.post(f"/v1/merges/{merge_id}/undo").status_code == 200


def test_merges_are_listed_newest_first_a_page_at_a_time(office: Office) -> None:
    made = [merge(office, f"m{n}", f"u{n}") for n in range(5)]
    first = office.get("/v1/merges", limit=3).json()
    rest = office.get("/v1/merges", limit=3, cursor=first["cursor"]).json()
    assert [each["id"] for each in first["merges"] + rest["merges"]] == made[::-1]
    assert rest["cursor"] is None
    assert office.get("/v1/merges", office.their_token).json()["merges"] == []


def test_undone_merges_can_be_told_from_others(office: Office) -> None:
    kept, undone = merge(office, "m1", "u1"), merge(office, "m2", "u2")
    office.post(f"/v1/merges/{undone}/undo")
    assert [each["id"] for each in office.get("/v1/merges", undone="true").json()["merges"]] == [undone]
    assert [each["id"] for each in office.get("/v1/merges", undone="false").json()["merges"]] == [kept]


def test_a_merge_tells_what_it_moved_and_whether_it_can_be_undone(office: Office) -> None:
    merge_id = merge(office)
    found = office.get(f"/v1/merges/{merge_id}").json()
    assert (found["undoable"], found["built_on"], found["undone_at"]) == (True, None, None)
    assert found["moved"] == [{"namespace": "mobile_id", "value": "m1", "scope": ""}] == [found["via"]]
    assert found["by"]["value"] == "u1"
    assert found["message_id"]
    office.post(f"/v1/merges/{merge_id}/undo")
    undone = office.get(f"/v1/merges/{merge_id}").json()
    assert (undone["undoable"], undone["built_on"]) == (False, None)
    assert undone["undone_at"]


def test_a_merge_tells_which_other_builds_on_it(office: Office) -> None:
    office.track("Seen", ident("mobile_id", "m1"))
    office.identify(ident("email", "a@b.example"))
    office.identify(ident("email", "a@b.example"), ident("mobile_id", "m1"))
    first = office.get("/v1/merges").json()["merges"][0]["id"]
    office.identify(ident("user_id", "u1"), plan="gold")
    office.identify(ident("user_id", "u1"), ident("email", "a@b.example"))
    later = office.get("/v1/merges").json()["merges"][0]["id"]
    found = office.get(f"/v1/merges/{first}").json()
    assert (found["undoable"], found["built_on"]) == (False, later)


def test_there_is_no_merge_of_another_project(office: Office) -> None:
    merge_id = merge(office)
    assert office.get(f"/v1/merges/{merge_id}", office.their_token).status_code == 404


def test_an_undo_takes_an_empty_body_of_any_type(office: Office) -> None:
    bearer = {"Authorization": f"Bearer {office.token}", "Content-Type": "application/json"}
    undone = office.building.client.post(f"/v1/merges/{merge(office)}/undo", headers=bearer, content=b"")
    assert undone.status_code == 200
