"""Preview and explanation of identity decisions over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.api_client import ApiClient
from tests.api.test_merges import merge
from tests.state.state_builder import ident, new_id

NOTHING: dict[str, list[Any]] = {
    "absorbed": [],
    "moved": [],
    "conflicts": [],
    "limits": [],
    "attached": [],
    "blocked": [],
}


def named(namespace: str, value: str, scope: str = "") -> dict[str, str]:
    return {"namespace": namespace, "value": value, "scope": scope}


def preview(api: ApiClient, *identifiers: dict[str, str], **others: Any) -> Any:
    answer = api.post("/v1/identity/preview", body={"identifiers": list(identifiers), **others})
    assert answer.status_code == 200
    return answer.json()


def test_a_sign_in_would_absorb_the_visitor(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    api.identify(ident("user_id", "u1"))
    visitor, customer = api.owner("mobile_id", "m1"), api.owner("user_id", "u1")
    found = preview(api, named("mobile_id", "m1"), named("user_id", "u1"))
    (step,) = found.pop("absorbed")
    assert found == {name: [] for name in NOTHING if name != "absorbed"} | {"target": customer, "created": False}
    assert (step["from"], step["to"], step["identifier"]) == (visitor, customer, named("mobile_id", "m1"))
    assert step["reason"].startswith("R2")


def test_nothing_comes_of_looking(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    before = api.get("/v1/profiles").json()
    preview(api, named("mobile_id", "m1"), named("user_id", "u1"))
    assert api.get("/v1/profiles").json() == before
    assert api.get("/v1/merges").json()["merges"] == []


def test_a_message_has_the_effect_of_its_preview(api: ApiClient) -> None:
    api.identify(ident("user_id", "u1"), ident("mobile_id", "m1"), ident("email", "a@b.example"))
    api.identify(ident("user_id", "u2"))
    sent = (ident("user_id", "u2"), ident("mobile_id", "m1"), ident("email", "a@b.example"), ident("phone", "null"))
    found = preview(api, *(named(*each) for each in sent))
    api.identify(*sent)
    history = api.get(f"/v1/profiles/{found['target']}/history").json()["history"][-3:]
    kinds = {"moved": "reassigned", "conflicts": "conflict", "blocked": "blocked"}
    previewed = [(kinds[name], step["identifier"], step["reason"]) for name in kinds for step in found[name]]
    happened = [(entry["kind"], entry["identifier"], entry["reason"]) for entry in history]
    assert sorted(previewed, key=str) == sorted(happened, key=str)


def test_a_profile_that_would_be_made_has_no_id_yet(api: ApiClient) -> None:
    found = preview(api, named("email", " New@B.Example "))
    assert (found["target"], found["created"]) == (None, True)
    (step,) = found["attached"]
    assert (step["to"], step["identifier"]) == (None, named("email", "new@b.example"))


@pytest.mark.parametrize("is_event", [True, False])
def test_without_usable_identifiers_only_an_event_creates_a_profile(api: ApiClient, *, is_event: bool) -> None:
    found = preview(api, named("mobile_id", "undefined"), is_event=is_event)
    assert (found["target"], found["created"]) == (None, is_event)
    assert len(found["blocked"]) == is_event


def test_a_preview_includes_limits_and_hints(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"), ident("device_id", "d1"))
    for number in range(20):
        api.identify(ident("user_id", "u1"), ident("email", f"{number}@b.example"))
    found = preview(api, named("user_id", "u1"), named("email", "more@b.example"), named("device_id", "d1"))
    assert [step["identifier"] for step in found["limits"]] == [named("email", "more@b.example")]
    assert [step["identifier"] for step in found["absorbed"]] == [named("device_id", "d1")]


@pytest.mark.parametrize(
    "body", [None, {}, [], {"identifiers": [{"namespace": "user_id"}]}, {"identifiers": [], "more": 1}]
)
def test_a_body_that_does_not_fit_is_refused(api: ApiClient, body: Any) -> None:
    answer = api.post("/v1/identity/preview", body=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_parameter")


def why(api: ApiClient, profile: str, namespace: str, value: str) -> Any:
    return api.get(f"/v1/profiles/{profile}/identifiers/explain", namespace=namespace, value=value)


def test_a_chain_goes_from_the_identifier_through_merges_to_the_profile(api: ApiClient) -> None:
    merge_id = merge(api)
    customer = api.owner("user_id", "u1")
    chain = why(api, customer, "mobile_id", "m1").json()["chain"]
    assert [(entry["kind"], entry["merge_id"]) for entry in chain] == [("attached", None), ("merged", merge_id)]
    assert chain[0]["to"] == chain[1]["from"]
    assert chain[1]["to"] == customer
    history = api.get(f"/v1/profiles/{customer}/history").json()["history"]
    assert all(entry in history for entry in chain)
    assert all(entry["message_id"] and entry["reason"] for entry in chain)


def test_a_chain_lists_every_owner_that_an_identifier_had(api: ApiClient) -> None:
    merge(api)
    api.identify(ident("user_id", "u2"), ident("mobile_id", "m1"))
    api.identify(ident("email", "a@b.example"))
    api.identify(ident("email", "a@b.example"), ident("user_id", "u2"))
    customer = api.owner("user_id", "u2")
    chain = why(api, customer, "mobile_id", "m1").json()["chain"]
    assert [entry["kind"] for entry in chain] == ["attached", "merged", "reassigned"]
    assert [entry["from"] for entry in chain[1:]] == [entry["to"] for entry in chain[:-1]]


def test_after_an_undo_the_chain_is_as_it_was(api: ApiClient) -> None:
    merge_id = merge(api)
    api.post(f"/v1/merges/{merge_id}/undo")
    chain = why(api, api.owner("mobile_id", "m1"), "mobile_id", "m1").json()["chain"]
    assert [entry["kind"] for entry in chain] == ["attached"]


@pytest.mark.parametrize(
    "namespace, value", [("mobile_id", "m2"), ("mobile_id", "null"), ("user_id", "u2"), ("strange", "m1")]
)
def test_what_a_profile_does_not_hold_needs_no_explanation(api: ApiClient, namespace: str, value: str) -> None:
    merge(api)
    api.track("Seen", ident("mobile_id", "m2"))
    assert why(api, api.owner("user_id", "u1"), namespace, value).status_code == 404


def test_an_unknown_profile_has_no_explanation(api: ApiClient) -> None:
    assert why(api, new_id(), "mobile_id", "m1").status_code == 404


def test_a_preview_cleans_values_and_scopes_as_messages_are_cleaned(api: ApiClient) -> None:
    api.identify(ident("email", "ada@x.io", "Shop"))
    sent = named("email", "\ufeffAda@x.io\u200b", " Sh\u00adop ")
    assert preview(api, sent)["target"] == api.owner("email", "ada@x.io", "Shop")
    assert preview(api, named("user_id", "(null)"))["target"] is None


def test_why_cleans_values_and_scopes_as_messages_are_cleaned(api: ApiClient) -> None:
    api.identify(ident("email", "ada@x.io", "Shop"))
    profile = api.owner("email", "ada@x.io", "Shop")
    asked = {"namespace": "email", "value": "ada@x.io\u200b", "scope": "\u2060Shop"}
    assert api.get(f"/v1/profiles/{profile}/identifiers/explain", **asked).status_code == 200
