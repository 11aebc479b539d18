"""The identity policy over HTTP: reading, changing, and its effect on messages."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.api_client import ApiClient
from tests.state.state_builder import ident

DEFAULT = {"blocked_values": [], "limits": {}, "contact_traits": ["email", "phone"], "namespaces": {}}


def set_policy(api: ApiClient, **policy: Any) -> Any:
    answer = api.put("/v1/identity/policy", body=policy)
    api.server.credentials.refresh_if_changed()
    return answer


def test_a_policy_is_replaced_as_a_whole(api: ApiClient) -> None:
    assert api.get("/v1/identity/policy").json() == DEFAULT
    wished = DEFAULT | {"blocked_values": ["guest"], "limits": {"mobile_id": 2}}
    assert set_policy(api, blocked_values=["guest"], limits={"mobile_id": 2}).json() == wished
    assert api.get("/v1/identity/policy").json() == wished
    assert api.get("/v1/identity/policy", api.other_token).json() == DEFAULT
    assert set_policy(api).json() == DEFAULT


def test_changes_are_listed_newest_first(api: ApiClient) -> None:
    for number in (1, 2, 3):
        set_policy(api, limits={"email": number})
    first = api.get("/v1/identity/policy/history", limit=2).json()
    rest = api.get("/v1/identity/policy/history", limit=2, cursor=first["cursor"]).json()
    assert [each["after"]["limits"]["email"] for each in first["changes"] + rest["changes"]] == [3, 2, 1]
    assert rest["changes"][0]["before"] == DEFAULT
    assert rest["changes"][0]["who"] == "a token without a label"
    assert rest["cursor"] is None
    assert api.get("/v1/identity/policy/history", api.other_token).json()["changes"] == []


@pytest.mark.parametrize(
    "policy", [{"limits": {"user_id": 2}}, {"limits": {"email": 0}}, {"namespaces": {"card": "customer"}}, {"more": 1}]
)
def test_what_cannot_be_is_refused(api: ApiClient, policy: dict[str, Any]) -> None:
    answer = set_policy(api, **policy)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_parameter")


def test_messages_are_judged_by_it_from_then_on(api: ApiClient) -> None:
    api.identify(ident("user_id", "u1"), ident("mobile_id", "till"))
    set_policy(api, blocked_values=["Till"], limits={"anonymous_id": 1})
    api.identify(ident("user_id", "u2"), ident("mobile_id", "till"))
    for name in ("a1", "a2"):
        api.identify(ident("user_id", "u1"), ident("anonymous_id", name))
    assert api.get("/v1/profiles", namespace="anonymous_id", value="a2").status_code == 404
    first = api.get("/v1/profiles", namespace="user_id", value="u1").json()
    assert {each["value"] for each in first["identifiers"]} == {"u1", "till", "a1"}


def test_an_additional_contact_names_people_and_keeps_them_apart(api: ApiClient) -> None:
    set_policy(api, namespaces={"card": "contact"})
    api.identify(ident("card", "c1"), ident("mobile_id", "m1"))
    api.identify(ident("card", "c2"), ident("mobile_id", "m1"))
    one, two = api.owner("card", "c1"), api.owner("card", "c2")
    assert (one != two, api.owner("mobile_id", "m1")) == (True, two)
    assert api.get(f"/v1/profiles/{one}").json()["stage"] == "lead"
    made = api.post("/v1/merges", body={"winner": one, "loser": two, "reason": "same", "force": True}).json()
    api.post(f"/v1/merges/{made['merge_id']}/undo")
    assert api.get(f"/v1/profiles/{two}").json()["stage"] == "lead"


def test_a_trait_that_is_no_contact_stays_a_trait(api: ApiClient) -> None:
    set_policy(api, contact_traits=["phone"])
    api.identify(ident("user_id", "u1"), ident("email", "a@b.example"), email="a@b.example")
    found = api.get("/v1/profiles", namespace="user_id", value="u1").json()
    assert ([each["namespace"] for each in found["identifiers"]], found["traits"]) == (
        ["user_id"],
        {"email": "a@b.example"},
    )
    api.identify(ident("user_id", "u1"), ident("email", "a@b.example"))
    assert api.owner("email", "a@b.example") == found["id"]


@pytest.mark.parametrize("dialect, named", [("customerlabs", True), ("crossengage", True), ("segment", False)])
def test_who_is_named_outright_is_named_whatever_the_traits(api: ApiClient, dialect: str, named: bool) -> None:  # noqa: FBT001 - pytest's
    set_policy(api, contact_traits=[])
    who = (ident("mobile_id", "m1"), ident("email", "a@b.example"))
    api.ingest(kind="identify", dialect=dialect, identifiers=who, traits={"email": "a@b.example"})
    found = api.get("/v1/profiles", namespace="mobile_id", value="m1").json()
    assert ("email" in {each["namespace"] for each in found["identifiers"]}) is named
    assert found["traits"] == {"email": "a@b.example"}
