"""Taking merges back over HTTP."""

from __future__ import annotations

import pytest
from tests.api.office import Office
from tests.state.filling import ident, new_id


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
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "built_on")
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
