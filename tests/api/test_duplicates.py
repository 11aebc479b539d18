"""Possible duplicates over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.api_client import ApiClient
from tests.api.test_manual_merges import code
from tests.state.state_builder import ident, new_id

EMAIL = "ann@x.example"


def customer(api: ApiClient, name: str, **traits: Any) -> str:
    api.identify(ident("user_id", name), **traits)
    return api.owner("user_id", name)


def listed(api: ApiClient, **query: Any) -> list[list[str]]:
    answer = api.get("/v1/duplicates", **query).json()
    return [[profile["user_id"] for profile in pair["profiles"]] for pair in answer["duplicates"]]


def test_two_customers_with_one_address_are_listed_with_what_keeps_them_apart(api: ApiClient) -> None:
    first, second = customer(api, "u1", email=EMAIL), customer(api, "u2", email=EMAIL)
    (pair,) = api.get("/v1/duplicates").json()["duplicates"]
    assert [profile["id"] for profile in pair["profiles"]] == [first, second]
    assert pair["shared"] == [{"kind": "email", "value": EMAIL}]
    assert (pair["rule"], pair["dismissed"]) == ("R3a", None)
    body = {"winner": first, "loser": second, "reason": "same person", "force": True}
    assert api.post("/v1/merges", body=body).status_code == 200
    assert api.get("/v1/duplicates").json() == {"duplicates": [], "cursor": None}


def test_they_are_listed_a_page_at_a_time(api: ApiClient) -> None:
    for number in range(6):
        customer(api, f"u{number}", email=f"{number // 2}@x.example")
    first = api.get("/v1/duplicates", limit=2).json()
    assert len(first["duplicates"]) == 2
    assert listed(api, limit=2, cursor=first["cursor"]) == [["u4", "u5"]]
    assert listed(api, limit=3) == [["u0", "u1"], ["u2", "u3"], ["u4", "u5"]]


def test_a_dismissed_pair_is_listed_apart_until_it_is_restored(api: ApiClient) -> None:
    first, second = customer(api, "u1", email=EMAIL), customer(api, "u2", email=EMAIL)
    body = {"profiles": [second, first], "reason": "a couple"}
    answer = api.post("/v1/duplicates/dismiss", body=body).json()
    assert answer["dismissed"]["reason"] == "a couple"
    assert [profile["id"] for profile in answer["profiles"]] == [first, second]
    assert listed(api) == []
    assert api.get("/v1/duplicates", dismissed="true").json()["duplicates"] == [answer]
    assert api.post("/v1/duplicates/restore", body=body).json()["dismissed"] is None
    assert listed(api) == [["u1", "u2"]]
    assert listed(api, dismissed="true") == []
    assert code(api.post("/v1/duplicates/restore", body=body)) == (404, "not_found")


def test_dismissed_pairs_are_listed_a_page_at_a_time(api: ApiClient) -> None:
    ids = [customer(api, f"u{number}") for number in range(4)]
    for other in ids[1:]:
        api.post("/v1/duplicates/dismiss", body={"profiles": [ids[0], other]})
    first = api.get("/v1/duplicates", dismissed="true", limit=2).json()
    assert len(first["duplicates"]) == 2
    assert listed(api, dismissed="true", limit=2, cursor=first["cursor"]) == [["u0", "u3"]]
    assert code(api.get("/v1/duplicates", cursor=first["cursor"])) == (400, "invalid_parameter")


@pytest.mark.parametrize("call", ["dismiss", "restore"])
def test_what_is_no_pair_of_profiles_is_refused(api: ApiClient, call: str) -> None:
    one = customer(api, "u1")
    path = f"/v1/duplicates/{call}"
    assert code(api.post(path, body={"profiles": [one, one]})) == (409, "same_profile")
    assert code(api.post(path, body={"profiles": [one, new_id()]})) == (404, "not_found")
    assert code(api.post(path, body={"profiles": [one, "no id"]})) == (404, "not_found")
    assert code(api.post(path, body={"profiles": [one]})) == (400, "invalid_parameter")


def test_another_project_sees_and_changes_none_of_it(api: ApiClient) -> None:
    first, second = customer(api, "u1", email=EMAIL), customer(api, "u2", email=EMAIL)
    body = {"profiles": [first, second]}
    assert api.get("/v1/duplicates", api.other_token).json()["duplicates"] == []
    assert api.post("/v1/duplicates/dismiss", api.other_token, body).status_code == 404
    assert listed(api) == [["u1", "u2"]]


def test_decisions_are_in_the_audit_log(api: ApiClient) -> None:
    first, second = customer(api, "u1", email=EMAIL), customer(api, "u2", email=EMAIL)
    for call in ("dismiss", "restore"):
        api.post(f"/v1/duplicates/{call}", body={"profiles": [first, second]})
    actions = [entry["action"] for entry in api.get("/v1/audit").json()["entries"]]
    assert actions[:2] == ["duplicate.restored", "duplicate.dismissed"]
