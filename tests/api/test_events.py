"""One message over HTTP, with its trail: received, validated, identified, stored."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.api_client import ApiClient
from tests.positions import at
from tests.state.state_builder import ident, new_id

from passerby.messages import Message, Violation


def detail(api: ApiClient, message: Message) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/v1/events/{message.id}").json()
    return found


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    return {step["step"]: step["outcome"] for step in found["trail"]}


def test_an_event_shows_what_was_sent_what_was_kept_and_who_it_was(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"), price=9.5)
    api.identify(ident("mobile_id", "m1"), ident("user_id", "u1"))
    message = api.ingest(
        kind="track",
        dialect="webengage",
        name="Seen",
        identifiers=(ident("user_id", "u1"), ident("mobile_id", "m2")),
        properties={"price": "9,50", "sku": "R-88"},
    )
    found = detail(api, message)
    assert found["event"]["properties"] == {"sku": "R-88"}
    assert found["raw"]["properties"] == {"price": "9,50", "sku": "R-88"}
    assert found["raw"]["identifiers"][0] == {"namespace": "user_id", "value": "u1", "scope": ""}
    assert found["problems"] == [{"kind": "type_mismatch", "attribute": "price", "sample": "9,50"}]
    assert (found["kind"], found["dialect"], found["name"]) == ("track", "webengage", "Seen")
    assert found["profile_id"] == found["event"]["profile_id"] == api.owner("user_id", "u1")
    assert outcomes(found) == {"received": "done", "validated": "problems", "identified": "done", "stored": "done"}
    (decision,) = found["trail"][2]["decisions"]
    assert (decision["kind"], decision["identifier"]["value"]) == ("attached", "m2")


def test_a_trail_without_decisions_lists_none(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    found = detail(api, api.track("Seen", ident("mobile_id", "m1"), price=10**300))
    assert outcomes(found) == {"received": "done", "validated": "done", "identified": "done", "stored": "done"}
    assert found["trail"][2]["decisions"] == []


def test_a_merge_is_in_the_trail_of_the_message_that_caused_it_even_after_the_profile_was_absorbed(
    api: ApiClient,
) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    api.track("Seen", ident("email", "a@b.example"))
    caused = api.identify(ident("mobile_id", "m1"), ident("email", "a@b.example"))
    api.identify(ident("mobile_id", "m1"), ident("user_id", "u1"))
    found = detail(api, caused)
    assert found["kind"] == "identify"
    assert found["event"] is None
    assert [decision["kind"] for decision in found["trail"][2]["decisions"]] == ["merged"]
    assert found["profile_id"] == api.owner("user_id", "u1")
    assert outcomes(found)["stored"] == "done"


def test_what_is_not_applied_yet_waits(api: ApiClient) -> None:
    message = api.append(kind="track", name="Seen", identifiers=(ident("mobile_id", "m1"),))
    waiting = {"received": "done", "validated": "waiting", "identified": "waiting", "stored": "waiting"}
    assert outcomes(detail(api, message)) == waiting
    api.server.apply()
    assert outcomes(detail(api, message)) == {**waiting, "validated": "done", "identified": "done"}


def test_a_repeat_ends_where_it_was_found_to_be_one(api: ApiClient) -> None:
    said = [
        api.append(kind="track", name="Seen", identifiers=(ident("mobile_id", "m1"),), deduplication_key="k")
        for _ in range(2)
    ]
    api.server.apply()
    api.server.deliver()
    first, second = (detail(api, message) for message in said)
    assert outcomes(first)["stored"] == "done"
    assert outcomes(second) == {"received": "done", "validated": "dropped"}
    assert second["trail"][1]["text"].startswith("Duplicate")


@pytest.mark.parametrize(
    "fields, last",
    [
        (
            {
                "kind": "track",
                "dialect": "webengage",
                "name": "we_internal",
                "identifiers": (ident("mobile_id", "m1"),),
            },
            "validated",
        ),
        ({"kind": "invalid", "violations": (Violation("no_time", "", "time", "x"),), "identifiers": ()}, "validated"),
        ({"kind": "identify", "identifiers": (ident("mobile_id", "undefined"),)}, "identified"),
    ],
)
def test_what_was_dropped_says_where(api: ApiClient, fields: dict[str, Any], last: str) -> None:
    message = api.append(**fields)
    api.server.apply()
    api.server.deliver()
    found = detail(api, message)
    assert found["trail"][[step["step"] for step in found["trail"]].index(last)]["outcome"] in {"dropped", "problems"}
    assert len(found["problems"]) == len(fields.get("violations", ()))


def test_an_event_that_never_arrived_was_set_aside(api: ApiClient) -> None:
    message = api.append(kind="track", name="Seen", identifiers=(ident("mobile_id", "m1"),))
    api.server.apply()
    api.relay.visible = at(10**12)
    assert outcomes(detail(api, message))["stored"] == "dropped"


def test_an_event_that_was_pruned_from_the_log_still_has_its_trail(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = api.track("Seen", ident("mobile_id", "m1"))
    monkeypatch.setattr(type(api.server.context.archive), "find", lambda *_: None)
    found = detail(api, message)
    assert found["raw"] is None
    assert [decision["kind"] for decision in found["trail"][2]["decisions"]] == ["created", "attached"]


def test_what_there_is_not_and_what_is_anothers_is_not_found(api: ApiClient) -> None:
    theirs = api.track("Seen", ident("mobile_id", "m1"), project=api.other_project)
    for id_ in (new_id(), theirs.id, "no-id"):
        answer = api.get(f"/v1/events/{id_}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_broken_event_store_is_reported(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from passerby.event_store.protocol import EventStoreBroken  # noqa: PLC0415 - of this test alone

    def broken(*_: object) -> None:
        raise EventStoreBroken

    monkeypatch.setattr(api.events, "event", broken)
    assert api.get(f"/v1/events/{new_id()}").json()["error"]["code"] == "events_unavailable"


def test_values_that_were_kept_although_they_break_a_rule_are_problems(api: ApiClient) -> None:
    api.track("we_bought", ident("mobile_id", "m1"), total=1)
    found = detail(api, api.track("we_bought", ident("mobile_id", "m1"), total="1", note="x" * 1000, sku="A"))
    assert found["event"]["rejected"] == []
    assert [(problem["kind"], problem["attribute"]) for problem in found["problems"]] == [
        ("reserved_name", ""),
        ("type_mismatch", "total"),
        ("string_too_long", "note"),
    ]
    assert outcomes(found)["validated"] == "problems"
