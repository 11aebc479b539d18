"""The identity policy over HTTP: read, changed, and what then becomes of messages."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.office import Office
from tests.state.filling import ident

DEFAULT = {"blocked_values": [], "limits": {}, "contact_traits": ["email", "phone"], "namespaces": {}}


def set_policy(office: Office, **policy: Any) -> Any:
    answer = office.put("/v1/identity/policy", body=policy)
    office.building.credentials.refresh_if_changed()
    return answer


def test_a_policy_is_replaced_as_a_whole(office: Office) -> None:
    assert office.get("/v1/identity/policy").json() == DEFAULT
    wished = DEFAULT | {"blocked_values": ["guest"], "limits": {"mobile_id": 2}}
    assert set_policy(office, blocked_values=["guest"], limits={"mobile_id": 2}).json() == wished
    assert office.get("/v1/identity/policy").json() == wished
    assert office.get("/v1/identity/policy", office.their_token).json() == DEFAULT
    assert set_policy(office).json() == DEFAULT


def test_changes_are_listed_newest_first(office: Office) -> None:
    for number in (1, 2, 3):
        set_policy(office, limits={"email": number})
    first = office.get("/v1/identity/policy/history", limit=2).json()
    rest = office.get("/v1/identity/policy/history", limit=2, cursor=first["cursor"]).json()
    assert [each["after"]["limits"]["email"] for each in first["changes"] + rest["changes"]] == [3, 2, 1]
    assert rest["changes"][0]["before"] == DEFAULT
    assert rest["changes"][0]["who"] == "a token without a label"
    assert rest["cursor"] is None
    assert office.get("/v1/identity/policy/history", office.their_token).json()["changes"] == []


@pytest.mark.parametrize(
    "policy", [{"limits": {"user_id": 2}}, {"limits": {"email": 0}}, {"namespaces": {"card": "customer"}}, {"more": 1}]
)
def test_what_cannot_be_is_refused(office: Office, policy: dict[str, Any]) -> None:
    answer = set_policy(office, **policy)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_parameter")


def test_messages_are_judged_by_it_from_then_on(office: Office) -> None:
    office.identify(ident("user_id", "u1"), ident("mobile_id", "till"))
    set_policy(office, blocked_values=["Till"], limits={"anonymous_id": 1})
    office.identify(ident("user_id", "u2"), ident("mobile_id", "till"))
    for name in ("a1", "a2"):
        office.identify(ident("user_id", "u1"), ident("anonymous_id", name))
    assert office.get("/v1/profiles", namespace="anonymous_id", value="a2").status_code == 404
    first = office.get("/v1/profiles", namespace="user_id", value="u1").json()
    assert {each["value"] for each in first["identifiers"]} == {"u1", "till", "a1"}


def test_an_additional_contact_names_people_and_keeps_them_apart(office: Office) -> None:
    set_policy(office, namespaces={"card": "contact"})
    office.identify(ident("card", "c1"), ident("mobile_id", "m1"))
    office.identify(ident("card", "c2"), ident("mobile_id", "m1"))
    one, two = office.owner("card", "c1"), office.owner("card", "c2")
    assert (one != two, office.owner("mobile_id", "m1")) == (True, two)
    assert office.get(f"/v1/profiles/{one}").json()["stage"] == "lead"
    made = office.post("/v1/merges", body={"winner": one, "loser": two, "reason": "same", "force": True}).json()
    office.post(f"/v1/merges/{made['merge_id']}/undo")
    assert office.get(f"/v1/profiles/{two}").json()["stage"] == "lead"


def test_a_trait_that_is_no_contact_stays_a_trait(office: Office) -> None:
    set_policy(office, contact_traits=["phone"])
    office.identify(ident("user_id", "u1"), ident("email", "a@b.example"), email="a@b.example")
    found = office.get("/v1/profiles", namespace="user_id", value="u1").json()
    assert ([each["namespace"] for each in found["identifiers"]], found["traits"]) == (
        ["user_id"],
        {"email": "a@b.example"},
    )
    office.identify(ident("user_id", "u1"), ident("email", "a@b.example"))
    assert office.owner("email", "a@b.example") == found["id"]


@pytest.mark.parametrize("dialect, named", [("customerlabs", True), ("crossengage", True), ("segment", False)])
def test_who_is_named_outright_is_named_whatever_the_traits(office: Office, dialect: str, named: bool) -> None:  # noqa: FBT001 - pytest's
    set_policy(office, contact_traits=[])
    who = (ident("mobile_id", "m1"), ident("email", "a@b.example"))
    office.happen(kind="identify", dialect=dialect, identifiers=who, traits={"email": "a@b.example"})
    found = office.get("/v1/profiles", namespace="mobile_id", value="m1").json()
    assert ("email" in {each["namespace"] for each in found["identifiers"]}) is named
    assert found["traits"] == {"email": "a@b.example"}
