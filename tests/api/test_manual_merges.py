"""Manual merges and detachments over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.api_client import ApiClient
from tests.state.state_builder import ident, new_id


def merge(api: ApiClient, winner: str, loser: str, *, force: bool = False, token: str | None = None) -> Any:
    body = {"winner": winner, "loser": loser, "reason": "same person", "force": force}
    return api.post("/v1/merges", token, body)


def detach(api: ApiClient, profile: str, namespace: str, value: str) -> Any:
    body = {"namespace": namespace, "value": value, "reason": "was sold"}
    return api.post(f"/v1/profiles/{profile}/detach", body=body)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def held(profile: Any) -> set[tuple[str, str]]:
    return {(each["namespace"], each["value"]) for each in profile["identifiers"]}


def two_customers(api: ApiClient) -> tuple[str, str]:
    api.identify(ident("user_id", "u1"), ident("mobile_id", "m1"), plan="gold")
    api.identify(ident("user_id", "u2"), ident("email", "a@b.example"), city="Bonn")
    api.track("Seen", ident("user_id", "u2"))
    return api.owner("user_id", "u1"), api.owner("user_id", "u2")


def profiles(api: ApiClient) -> list[Any]:
    found: list[Any] = api.get("/v1/profiles").json()["profiles"]
    return found


def test_two_visitors_are_merged_and_the_merge_is_undone(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    api.track("Seen", ident("mobile_id", "m2"))
    before = profiles(api)
    one, two = api.owner("mobile_id", "m1"), api.owner("mobile_id", "m2")
    made = merge(api, one, two).json()
    assert held(made["profile"]) == {("mobile_id", "m1"), ("mobile_id", "m2")}
    assert made["profile"]["event_count"] == 2
    entry = api.get(f"/v1/profiles/{one}/history").json()["history"][-1]
    assert (entry["kind"], entry["message_id"], entry["merge_id"]) == ("merged", "", made["merge_id"])
    assert entry["reason"] == "manual: merged by an API token without a label: same person"
    assert api.get("/v1/stats").json()["profiles"] == {"anonymous": 1, "lead": 0, "customer": 0}
    assert api.post(f"/v1/merges/{made['merge_id']}/undo").status_code == 200
    assert profiles(api) == before


def test_two_customers_need_force(api: ApiClient) -> None:
    refused = merge(api, *two_customers(api))
    assert code(refused) == (409, "forbidden_merge")
    assert refused.json()["error"]["details"] == {"rule": "R3a"}


def test_two_contacts_need_force(api: ApiClient) -> None:
    api.identify(ident("email", "a@b.example"))
    api.identify(ident("email", "c@d.example"))
    pair = api.owner("email", "a@b.example"), api.owner("email", "c@d.example")
    assert code(merge(api, *pair)) == (409, "forbidden_merge")
    made = merge(api, *pair, force=True).json()
    assert len(made["profile"]["identifiers"]) == 2
    last = api.get(f"/v1/profiles/{pair[0]}/history").json()["history"][-1]
    assert (last["rule"], last["detail"]["overridden"]) == ("manual", "R3b")
    assert "overriding R3b" in last["reason"]


def test_of_two_customers_the_losers_id_still_leads_to_the_winner(api: ApiClient) -> None:
    first, second = two_customers(api)
    made = merge(api, first, second, force=True).json()
    assert made["profile"]["user_id"] == "u1"
    assert held(made["profile"]) >= {("user_id", "u1"), ("former_user_id", "u2")}
    assert api.owner("user_id", "u2") == first
    api.track("Bought", ident("user_id", "u2"), ident("mobile_id", "m9"))
    api.track("Bought", ident("user_id", "u2"))
    assert len(profiles(api)) == 1
    assert api.owner("mobile_id", "m9") == first
    for name in ("user_id", "former_user_id"):
        chain = api.get(f"/v1/profiles/{first}/identifiers/explain", namespace=name, value="u2").json()["chain"]
        assert [entry["kind"] for entry in chain] == ["attached", "merged"]


def test_undoing_a_merge_of_two_customers_restores_both(api: ApiClient) -> None:
    first, second = two_customers(api)
    before = profiles(api)
    merge_id = merge(api, first, second, force=True).json()["merge_id"]
    api.post(f"/v1/merges/{merge_id}/undo")
    assert profiles(api) == before
    assert api.get("/v1/stats").json()["profiles"]["customer"] == 2


def test_a_customer_absorbs_profiles_that_are_not_customers(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    api.identify(ident("user_id", "u1"))
    made = merge(api, api.owner("mobile_id", "m1"), api.owner("user_id", "u1")).json()
    assert made["profile"]["user_id"] == "u1"
    assert made["profile"]["id"] == api.owner("user_id", "u1")


def test_a_merged_profile_resolves_to_its_canonical_profile(api: ApiClient) -> None:
    for name in ("m1", "m2", "m3"):
        api.track("Seen", ident("mobile_id", name))
    one, two, three = (api.owner("mobile_id", name) for name in ("m1", "m2", "m3"))
    merge(api, one, two)
    assert code(merge(api, two, one)) == (409, "same_profile")
    assert merge(api, two, three).json()["profile"]["id"] == one


def test_limits_hold_even_with_force(api: ApiClient) -> None:
    for user in ("u1", "u2"):
        for number in range(11):
            api.identify(ident("user_id", user), ident("email", f"{user}-{number}@b.example"))
    refused = merge(api, api.owner("user_id", "u1"), api.owner("user_id", "u2"), force=True)
    assert code(refused) == (409, "limit_exceeded")
    assert refused.json()["error"]["details"] == {"namespace": "email"}


@pytest.mark.parametrize("loser", [new_id(), "unknown"])
def test_a_merge_with_an_unknown_profile_is_rejected(api: ApiClient, loser: str) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    assert code(merge(api, api.owner("mobile_id", "m1"), loser)) == (404, "not_found")


def test_a_reason_is_needed(api: ApiClient) -> None:
    first, second = two_customers(api)
    answer = api.post("/v1/merges", body={"winner": first, "loser": second, "force": True, "reason": ""})
    assert code(answer) == (400, "invalid_parameter")


def test_a_detached_identifier_gets_a_profile_of_its_own_and_stays_apart(api: ApiClient) -> None:
    first, _ = two_customers(api)
    api.track("Seen", ident("mobile_id", "m1"))
    left, detached = detach(api, first, "mobile_id", "m1").json()["profiles"]
    assert (held(left), held(detached)) == ({("user_id", "u1")}, {("mobile_id", "m1")})
    assert (left["event_count"], detached["event_count"]) == (1, 0)
    assert api.get("/v1/stats").json()["profiles"] == {"anonymous": 1, "lead": 0, "customer": 2}
    history = api.get(f"/v1/profiles/{detached['id']}/history").json()["history"]
    assert [entry["kind"] for entry in history] == ["created", "reassigned"]
    assert (history[1]["from"], history[1]["reason"]) == (
        first,
        "manual: identifier detached by an API token without a label: was sold",
    )
    api.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
    assert api.owner("mobile_id", "m1") == detached["id"]
    chain = api.get(f"/v1/profiles/{detached['id']}/identifiers/explain", namespace="mobile_id", value="m1").json()[
        "chain"
    ]
    assert [entry["kind"] for entry in chain] == ["attached", "reassigned"]


def test_an_identifier_to_detach_is_cleaned_as_in_a_message(api: ApiClient) -> None:
    first, _ = two_customers(api)
    _, detached = detach(api, first, "mobile_id", " \u200bm1\ufeff").json()["profiles"]
    assert held(detached) == {("mobile_id", "m1")}


def test_a_detachment_is_undone_once(api: ApiClient) -> None:
    first, _ = two_customers(api)
    before = api.get(f"/v1/profiles/{first}").json()["identifiers"]
    detachment = detach(api, first, "mobile_id", "m1").json()["detachment_id"]
    made = api.post(f"/v1/detachments/{detachment}/undo").json()
    assert made["profile"]["identifiers"] == before
    assert code(api.post(f"/v1/detachments/{detachment}/undo")) == (409, "already_undone")
    api.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
    assert api.owner("mobile_id", "m1") == first


def test_the_detachment_of_one_of_several_addresses_is_undone(api: ApiClient) -> None:
    api.identify(ident("user_id", "u1"), ident("email", "a@b.example"))
    api.identify(ident("user_id", "u1"), ident("email", "c@d.example"))
    owner = api.owner("user_id", "u1")
    before = api.get(f"/v1/profiles/{owner}").json()["identifiers"]
    detachment = detach(api, owner, "email", "a@b.example").json()["detachment_id"]
    undone = api.post(f"/v1/detachments/{detachment}/undo")
    assert undone.status_code == 200
    assert undone.json()["profile"]["identifiers"] == before


def test_the_undo_of_a_detachment_names_the_way_to_merge_what_has_got_another_address(api: ApiClient) -> None:
    api.identify(ident("user_id", "u1"), ident("mobile_id", "m1"), ident("email", "a@b.example"))
    detachment = detach(api, api.owner("user_id", "u1"), "mobile_id", "m1").json()["detachment_id"]
    api.identify(ident("mobile_id", "m1"), ident("email", "c@d.example"))
    refused = api.post(f"/v1/detachments/{detachment}/undo")
    assert code(refused) == (409, "forbidden_merge")
    assert refused.json()["error"]["message"].endswith("; merge them manually with `force`")


@pytest.mark.parametrize(
    "body, comment, ending",
    [(None, {}, ""), ({"reason": "it is hers"}, {"comment": "it is hers"}, ": it is hers")],
)
def test_the_history_contains_the_reason_for_undoing_a_detachment(
    api: ApiClient, body: Any, comment: dict[str, str], ending: str
) -> None:
    first, _ = two_customers(api)
    detachment = detach(api, first, "mobile_id", "m1").json()["detachment_id"]
    api.post(f"/v1/detachments/{detachment}/undo", body=body)
    entry = api.get(f"/v1/profiles/{first}/history").json()["history"][-1]
    assert (entry["kind"], entry["rule"], entry["detail"]) == ("merged", "undo", comment)
    assert entry["reason"] == f"undo: detachment undone by an API token without a label{ending}"


def test_a_merge_takes_back_what_was_detached_meanwhile(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    visitor = api.owner("mobile_id", "m1")
    api.identify(ident("user_id", "u1"))
    api.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
    merge_id = api.get("/v1/merges").json()["merges"][0]["id"]
    detachment = detach(api, visitor, "mobile_id", "m1").json()["detachment_id"]
    assert api.get(f"/v1/merges/{merge_id}").json()["moved"] == []
    api.post(f"/v1/detachments/{detachment}/undo")
    api.post(f"/v1/merges/{merge_id}/undo")
    assert api.owner("mobile_id", "m1") == visitor


def test_a_detachment_cannot_be_undone_when_the_identifier_has_moved_on(api: ApiClient) -> None:
    first, _ = two_customers(api)
    detachment = detach(api, first, "mobile_id", "m1").json()["detachment_id"]
    api.identify(ident("user_id", "u2"), ident("mobile_id", "m1"))
    refused = api.post(f"/v1/detachments/{detachment}/undo")
    assert code(refused) == (409, "dependent_merge_exists")
    merge_id = refused.json()["error"]["details"]["merge_id"]
    assert api.post(f"/v1/merges/{merge_id}/undo").status_code == 200
    api.identify(ident("user_id", "u3"), ident("mobile_id", "m1"))
    api.identify(ident("user_id", "u4"), ident("mobile_id", "m1"))
    assert code(api.post(f"/v1/detachments/{detachment}/undo")) == (409, "identifier_reassigned")


@pytest.mark.parametrize(
    "namespace, value, status", [("user_id", "u1", 409), ("mobile_id", "m2", 404), ("mobile_id", "null", 404)]
)
def test_what_cannot_be_detached(api: ApiClient, namespace: str, value: str, status: int) -> None:
    first, _ = two_customers(api)
    assert detach(api, first, namespace, value).status_code == status


def test_there_is_no_detachment_of_another_project(api: ApiClient) -> None:
    first, _ = two_customers(api)
    detachment = detach(api, first, "mobile_id", "m1").json()["detachment_id"]
    assert code(api.post(f"/v1/detachments/{detachment}/undo", api.other_token)) == (404, "not_found")
    assert code(api.post(f"/v1/detachments/{new_id()}/undo")) == (404, "not_found")
