"""Manual merges and detachments over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.office import Office
from tests.state.filling import ident, new_id


def merge(office: Office, winner: str, loser: str, *, force: bool = False, token: str | None = None) -> Any:
    body = {"winner": winner, "loser": loser, "reason": "same person", "force": force}
    return office.post("/v1/merges", token, body)


def detach(office: Office, profile: str, namespace: str, value: str) -> Any:
    body = {"namespace": namespace, "value": value, "reason": "was sold"}
    return office.post(f"/v1/profiles/{profile}/detach", body=body)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def held(profile: Any) -> set[tuple[str, str]]:
    return {(each["namespace"], each["value"]) for each in profile["identifiers"]}


def two_customers(office: Office) -> tuple[str, str]:
    office.identify(ident("user_id", "u1"), ident("mobile_id", "m1"), plan="gold")
    office.identify(ident("user_id", "u2"), ident("email", "a@b.example"), city="Bonn")
    office.track("Seen", ident("user_id", "u2"))
    return office.owner("user_id", "u1"), office.owner("user_id", "u2")


def profiles(office: Office) -> list[Any]:
    found: list[Any] = office.get("/v1/profiles").json()["profiles"]
    return found


def test_two_visitors_are_merged_and_parted_again(office: Office) -> None:
    office.track("Seen", ident("mobile_id", "m1"))
    office.track("Seen", ident("mobile_id", "m2"))
    before = profiles(office)
    one, two = office.owner("mobile_id", "m1"), office.owner("mobile_id", "m2")
    made = merge(office, one, two).json()
    assert held(made["profile"]) == {("mobile_id", "m1"), ("mobile_id", "m2")}
    assert made["profile"]["event_count"] == 2
    entry = office.get(f"/v1/profiles/{one}/history").json()["history"][-1]
    assert (entry["kind"], entry["message_id"], entry["merge_id"]) == ("merged", "", made["merge_id"])
    assert entry["reason"] == "manual: merged by an API token without a label: same person"
    assert office.get("/v1/stats").json()["profiles"] == {"anonymous": 1, "lead": 0, "customer": 0}
    assert office.post(f"/v1/merges/{made['merge_id']}/undo").status_code == 200
    assert profiles(office) == before


def test_two_customers_need_force(office: Office) -> None:
    refused = merge(office, *two_customers(office))
    assert code(refused) == (409, "forbidden_merge")
    assert refused.json()["error"]["details"] == {"rule": "R3a"}


def test_two_contacts_need_force(office: Office) -> None:
    office.identify(ident("email", "a@b.example"))
    office.identify(ident("email", "c@d.example"))
    pair = office.owner("email", "a@b.example"), office.owner("email", "c@d.example")
    assert code(merge(office, *pair)) == (409, "forbidden_merge")
    made = merge(office, *pair, force=True).json()
    assert len(made["profile"]["identifiers"]) == 2
    last = office.get(f"/v1/profiles/{pair[0]}/history").json()["history"][-1]
    assert (last["rule"], last["detail"]["overridden"]) == ("manual", "R3b")
    assert "overriding R3b" in last["reason"]


def test_of_two_customers_the_losers_id_still_leads_to_the_winner(office: Office) -> None:
    first, second = two_customers(office)
    made = merge(office, first, second, force=True).json()
    assert made["profile"]["user_id"] == "u1"
    assert held(made["profile"]) >= {("user_id", "u1"), ("former_user_id", "u2")}
    assert office.owner("user_id", "u2") == first
    office.track("Bought", ident("user_id", "u2"), ident("mobile_id", "m9"))
    office.track("Bought", ident("user_id", "u2"))
    assert len(profiles(office)) == 1
    assert office.owner("mobile_id", "m9") == first
    for name in ("user_id", "former_user_id"):
        chain = office.get(f"/v1/profiles/{first}/identifiers/explain", namespace=name, value="u2").json()["chain"]
        assert [entry["kind"] for entry in chain] == ["attached", "merged"]


def test_two_customers_are_parted_again_as_they_were(office: Office) -> None:
    first, second = two_customers(office)
    before = profiles(office)
    merge_id = merge(office, first, second, force=True).json()["merge_id"]
    office.post(f"/v1/merges/{merge_id}/undo")
    assert profiles(office) == before
    assert office.get("/v1/stats").json()["profiles"]["customer"] == 2


def test_a_customer_absorbs_whoever_is_none(office: Office) -> None:
    office.track("Seen", ident("mobile_id", "m1"))
    office.identify(ident("user_id", "u1"))
    made = merge(office, office.owner("mobile_id", "m1"), office.owner("user_id", "u1")).json()
    assert made["profile"]["user_id"] == "u1"
    assert made["profile"]["id"] == office.owner("user_id", "u1")


def test_what_was_merged_stands_for_what_it_belongs_to(office: Office) -> None:
    for name in ("m1", "m2", "m3"):
        office.track("Seen", ident("mobile_id", name))
    one, two, three = (office.owner("mobile_id", name) for name in ("m1", "m2", "m3"))
    merge(office, one, two)
    assert code(merge(office, two, one)) == (409, "same_profile")
    assert merge(office, two, three).json()["profile"]["id"] == one


def test_limits_hold_even_with_force(office: Office) -> None:
    for user in ("u1", "u2"):
        for number in range(11):
            office.identify(ident("user_id", user), ident("email", f"{user}-{number}@b.example"))
    refused = merge(office, office.owner("user_id", "u1"), office.owner("user_id", "u2"), force=True)
    assert code(refused) == (409, "limit_exceeded")
    assert refused.json()["error"]["details"] == {"namespace": "email"}


@pytest.mark.parametrize("loser", [new_id(), "unknown"])
def test_nobody_is_merged_with_somebody_unknown(office: Office, loser: str) -> None:
    office.track("Seen", ident("mobile_id", "m1"))
    assert code(merge(office, office.owner("mobile_id", "m1"), loser)) == (404, "not_found")


def test_a_reason_is_needed(office: Office) -> None:
    first, second = two_customers(office)
    answer = office.post("/v1/merges", body={"winner": first, "loser": second, "force": True, "reason": ""})
    assert code(answer) == (400, "invalid_parameter")


def test_a_detached_identifier_gets_a_profile_of_its_own_and_stays_apart(office: Office) -> None:
    first, _ = two_customers(office)
    office.track("Seen", ident("mobile_id", "m1"))
    left, detached = detach(office, first, "mobile_id", "m1").json()["profiles"]
    assert (held(left), held(detached)) == ({("user_id", "u1")}, {("mobile_id", "m1")})
    assert (left["event_count"], detached["event_count"]) == (1, 0)
    assert office.get("/v1/stats").json()["profiles"] == {"anonymous": 1, "lead": 0, "customer": 2}
    history = office.get(f"/v1/profiles/{detached['id']}/history").json()["history"]
    assert [entry["kind"] for entry in history] == ["created", "reassigned"]
    assert (history[1]["from"], history[1]["reason"]) == (
        first,
        "manual: identifier detached by an API token without a label: was sold",
    )
    office.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
    assert office.owner("mobile_id", "m1") == detached["id"]
    chain = office.get(f"/v1/profiles/{detached['id']}/identifiers/explain", namespace="mobile_id", value="m1").json()[
        "chain"
    ]
    assert [entry["kind"] for entry in chain] == ["attached", "reassigned"]


def test_an_identifier_to_detach_is_cleaned_as_in_a_message(office: Office) -> None:
    first, _ = two_customers(office)
    _, detached = detach(office, first, "mobile_id", " \u200bm1\ufeff").json()["profiles"]
    assert held(detached) == {("mobile_id", "m1")}


def test_a_detachment_is_undone_once(office: Office) -> None:
    first, _ = two_customers(office)
    before = office.get(f"/v1/profiles/{first}").json()["identifiers"]
    detachment = detach(office, first, "mobile_id", "m1").json()["detachment_id"]
    made = office.post(f"/v1/detachments/{detachment}/undo").json()
    assert made["profile"]["identifiers"] == before
    assert code(office.post(f"/v1/detachments/{detachment}/undo")) == (409, "already_undone")
    office.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
    assert office.owner("mobile_id", "m1") == first


def test_the_detachment_of_one_of_several_addresses_is_undone(office: Office) -> None:
    office.identify(ident("user_id", "u1"), ident("email", "a@b.example"))
    office.identify(ident("user_id", "u1"), ident("email", "c@d.example"))
    owner = office.owner("user_id", "u1")
    before = office.get(f"/v1/profiles/{owner}").json()["identifiers"]
    detachment = detach(office, owner, "email", "a@b.example").json()["detachment_id"]
    undone = office.post(f"/v1/detachments/{detachment}/undo")
    assert undone.status_code == 200
    assert undone.json()["profile"]["identifiers"] == before


def test_the_undo_of_a_detachment_names_the_way_to_merge_what_has_got_another_address(office: Office) -> None:
    office.identify(ident("user_id", "u1"), ident("mobile_id", "m1"), ident("email", "a@b.example"))
    detachment = detach(office, office.owner("user_id", "u1"), "mobile_id", "m1").json()["detachment_id"]
    office.identify(ident("mobile_id", "m1"), ident("email", "c@d.example"))
    refused = office.post(f"/v1/detachments/{detachment}/undo")
    assert code(refused) == (409, "forbidden_merge")
    assert refused.json()["error"]["message"].endswith("; merge them manually with `force`")


@pytest.mark.parametrize(
    "body, comment, ending",
    [(None, {}, ""), ({"reason": "it is hers"}, {"comment": "it is hers"}, ": it is hers")],
)
def test_the_history_tells_why_a_detachment_was_undone(
    office: Office, body: Any, comment: dict[str, str], ending: str
) -> None:
    first, _ = two_customers(office)
    detachment = detach(office, first, "mobile_id", "m1").json()["detachment_id"]
    office.post(f"/v1/detachments/{detachment}/undo", body=body)
    entry = office.get(f"/v1/profiles/{first}/history").json()["history"][-1]
    assert (entry["kind"], entry["rule"], entry["detail"]) == ("merged", "undo", comment)
    assert entry["reason"] == f"undo: detachment undone by an API token without a label{ending}"


def test_a_merge_takes_back_what_was_detached_meanwhile(office: Office) -> None:
    office.track("Seen", ident("mobile_id", "m1"))
    visitor = office.owner("mobile_id", "m1")
    office.identify(ident("user_id", "u1"))
    office.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
    merge_id = office.get("/v1/merges").json()["merges"][0]["id"]
    detachment = detach(office, visitor, "mobile_id", "m1").json()["detachment_id"]
    assert office.get(f"/v1/merges/{merge_id}").json()["moved"] == []
    office.post(f"/v1/detachments/{detachment}/undo")
    office.post(f"/v1/merges/{merge_id}/undo")
    assert office.owner("mobile_id", "m1") == visitor


def test_a_detachment_cannot_be_undone_when_the_identifier_has_moved_on(office: Office) -> None:
    first, _ = two_customers(office)
    detachment = detach(office, first, "mobile_id", "m1").json()["detachment_id"]
    office.identify(ident("user_id", "u2"), ident("mobile_id", "m1"))
    refused = office.post(f"/v1/detachments/{detachment}/undo")
    assert code(refused) == (409, "dependent_merge_exists")
    merge_id = refused.json()["error"]["details"]["merge_id"]
    assert office.post(f"/v1/merges/{merge_id}/undo").status_code == 200
    office.identify(ident("user_id", "u3"), ident("mobile_id", "m1"))
    office.identify(ident("user_id", "u4"), ident("mobile_id", "m1"))
    assert code(office.post(f"/v1/detachments/{detachment}/undo")) == (409, "identifier_reassigned")


@pytest.mark.parametrize(
    "namespace, value, status", [("user_id", "u1", 409), ("mobile_id", "m2", 404), ("mobile_id", "null", 404)]
)
def test_what_cannot_be_detached(office: Office, namespace: str, value: str, status: int) -> None:
    first, _ = two_customers(office)
    assert detach(office, first, namespace, value).status_code == status


def test_there_is_no_detachment_of_another_project(office: Office) -> None:
    first, _ = two_customers(office)
    detachment = detach(office, first, "mobile_id", "m1").json()["detachment_id"]
    assert code(office.post(f"/v1/detachments/{detachment}/undo", office.their_token)) == (404, "not_found")
    assert code(office.post(f"/v1/detachments/{new_id()}/undo")) == (404, "not_found")
