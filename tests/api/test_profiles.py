"""Profiles over HTTP: looking one up, listing, timelines and histories."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.api_client import ApiClient
from tests.state.state_builder import DAY, ident, new_id

from passerby.clock import iso
from passerby.messages import Identifier


def find(api: ApiClient, namespace: str, value: str, scope: str = "") -> dict[str, Any]:
    answer = api.get("/v1/profiles", namespace=namespace, value=value, scope=scope)
    assert answer.status_code == 200, answer.text
    profile: dict[str, Any] = answer.json()
    return profile


def refused_parameters(api: ApiClient, path: str, **query: Any) -> set[str]:
    """The parameters that the API refuses."""
    answer = api.get(path, **query)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["code"] == "invalid_parameter"
    return {parameter["name"] for parameter in error["details"]["parameters"]}


class TestLookingUp:
    def test_an_identifier_leads_to_its_profile(self, api: ApiClient) -> None:
        api.track("Seen", ident("mobile_id", "m1"))
        api.identify(ident("user_id", "u1"), ident("mobile_id", "m1"), plan="gold")
        assert find(api, "mobile_id", "m1") == {
            "id": find(api, "user_id", "u1")["id"],
            "stage": "customer",
            "user_id": "u1",
            "identifiers": [
                {"namespace": n, "value": v, "scope": "", "first_seen": iso(first), "last_seen": iso(DAY + 2000)}
                for n, v, first in (("mobile_id", "m1", DAY + 1000), ("user_id", "u1", DAY + 2000))
            ],
            "traits": {"plan": "gold"},
            "rejected": [],
            "context": {},
            "first_seen": iso(DAY + 1000),
            "last_seen": iso(DAY + 2000),
            "event_count": 1,
            "members": [{"id": find(api, "user_id", "u1")["id"], "merge_id": None, "merged_at": None}],
        }

    def test_invisible_characters_lead_to_the_same_profile(self, api: ApiClient) -> None:
        api.identify(ident("email", "eve\u200b@x.io", "\ufeffShop"))
        profile = find(api, "email", "eve@x.io", "Shop")
        assert find(api, "email", " \u202aeve@x.io\u202c", "Sh\u200dop ") == profile
        for q in ("eve@x.io", "\ufeffeve@x", "eve\u200b@x.io "):
            assert api.get("/v1/profiles", q=q).json()["profiles"] == [profile]
        assert api.get("/v1/profiles", q="\u200b").json() == {"profiles": [], "cursor": None}

    @pytest.mark.parametrize("sent", ["ANNA@B.example", "  anna@b.example "])
    def test_the_value_is_cleaned_as_in_a_message(self, api: ApiClient, sent: str) -> None:
        api.identify(ident("email", "Anna@B.example", "north"))
        assert find(api, "email", sent, "north")["stage"] == "lead"

    @pytest.mark.parametrize("value", ["u2", "undefined", ""])
    def test_an_unknown_identifier_is_404(self, api: ApiClient, value: str) -> None:
        api.identify(ident("user_id", "u1"))
        answer = api.get("/v1/profiles", namespace="user_id", value=value)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")

    @pytest.mark.parametrize(
        "query, refused",
        [
            ({"namespace": "user_id"}, {"value"}),
            ({"value": "u1"}, {"namespace"}),
            ({"scope": "north"}, {"namespace"}),
            ({"namespace": "", "value": "u1"}, {"namespace"}),
            ({"namespace": "user_id", "value": "u1", "q": "u"}, {"q"}),
            ({"namespace": "user_id", "value": "u1", "stage": "lead"}, {"stage"}),
        ],
    )
    def test_half_a_question_is_refused(self, api: ApiClient, query: dict[str, str], refused: set[str]) -> None:
        assert refused_parameters(api, "/v1/profiles", **query) == refused

    def test_an_id_leads_to_its_profile_in_any_case(self, api: ApiClient) -> None:
        api.identify(ident("user_id", "u1"))
        profile = find(api, "user_id", "u1")
        assert api.get(f"/v1/profiles/{profile['id']}").json() == profile
        assert api.get(f"/v1/profiles/{profile['id'].upper()}").json() == profile

    def test_a_merged_members_id_leads_to_the_profile_it_belongs_to(self, api: ApiClient) -> None:
        api.track("Seen", ident("mobile_id", "m1"))
        visitor = find(api, "mobile_id", "m1")["id"]
        api.identify(ident("user_id", "u1"))
        api.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
        profile = api.get(f"/v1/profiles/{visitor}").json()
        assert profile["user_id"] == "u1"
        assert [member["id"] for member in profile["members"]] == [profile["id"], visitor]

    def test_a_trait_that_was_rejected_is_listed_with_its_reason_also_after_a_merge(self, api: ApiClient) -> None:
        api.identify(ident("user_id", "u1"), age=31)
        rejecting = {"kind": "identify", "dialect": "webengage"}
        api.ingest(**rejecting, identifiers=(ident("mobile_id", "m1"),), traits={"age": "32", "city": "Oslo"})
        rule = {"kind": "type_mismatch", "detail": {"expected": "number", "got": "string"}}
        reason = "type_mismatch: expected number, got string"
        expected = [{"name": "age", "value": "32", **rule, "reason": reason}]
        visitor = find(api, "mobile_id", "m1")
        assert (visitor["traits"], visitor["rejected"]) == ({"city": "Oslo"}, expected)
        api.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
        assert find(api, "user_id", "u1")["rejected"] == expected

    def test_a_trait_that_was_accepted_since_is_no_longer_listed_as_rejected(self, api: ApiClient) -> None:
        api.identify(ident("user_id", "u1"), age=31)
        api.ingest(kind="identify", dialect="webengage", identifiers=(ident("user_id", "u1"),), traits={"age": "32"})
        api.identify(ident("user_id", "u1"), age=33)
        profile = find(api, "user_id", "u1")
        assert (profile["traits"], profile["rejected"]) == ({"age": 33}, [])

    @pytest.mark.parametrize("rest", ["", "/events", "/history"])
    @pytest.mark.parametrize("id_", [new_id(), "u1", "{%00}", "0" * 32])
    def test_a_malformed_id_is_404(self, api: ApiClient, id_: str, rest: str) -> None:
        answer = api.get(f"/v1/profiles/{id_}{rest}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


class TestListing:
    def test_pages_list_all_profiles_newest_first(self, api: ApiClient) -> None:
        for n in range(5):
            api.identify(ident("user_id", f"u{n}"))
        found, cursor, pages = [], None, 0
        while cursor or not pages:
            page = api.get("/v1/profiles", limit=2, **({"cursor": cursor} if cursor else {})).json()
            found += [profile["user_id"] for profile in page["profiles"]]
            cursor, pages = page["cursor"], pages + 1
        assert (found, pages) == (["u4", "u3", "u2", "u1", "u0"], 3)

    def test_a_last_page_that_is_full_has_no_cursor(self, api: ApiClient) -> None:
        api.identify(ident("user_id", "u1"))
        assert api.get("/v1/profiles", limit=1).json()["cursor"] is None

    def test_by_stage(self, api: ApiClient) -> None:
        api.identify(ident("user_id", "u1"))
        api.identify(ident("mobile_id", "m1"))
        page = api.get("/v1/profiles", stage="anonymous").json()
        assert [profile["stage"] for profile in page["profiles"]] == ["anonymous"]

    def test_a_search_goes_through_identifiers_then_names(self, api: ApiClient) -> None:
        for name in ("anna-1", "Anna-2", "u3"):
            api.identify(ident("user_id", name), name="Annabel" if name == "u3" else "Bert")
            api.identify(ident("mobile_id", f"m-{name}"), firstName="Zoe", lastName="Annan")
        found: list[str | None] = []
        cursor: str | None = None
        for _ in range(6):
            page = api.get("/v1/profiles", q="Anna", limit=1, **({"cursor": cursor} if cursor else {})).json()
            found += [profile["user_id"] for profile in page["profiles"]]
            cursor = page["cursor"]
        assert (found, cursor) == (["Anna-2", "anna-1", "u3", None, None, None], None)

    def test_a_search_may_be_for_one_stage(self, api: ApiClient) -> None:
        api.identify(ident("user_id", "a-1"))
        api.identify(ident("mobile_id", "a-2"))
        page = api.get("/v1/profiles", q="a-", stage="anonymous").json()
        assert [profile["identifiers"][0]["value"] for profile in page["profiles"]] == ["a-2"]

    @pytest.mark.parametrize(
        "query, refused",
        [
            ({"limit": 0}, {"limit"}),
            ({"limit": 1001}, {"limit"}),
            ({"limit": "many"}, {"limit"}),
            ({"stage": "guest"}, {"stage"}),
            ({"q": ""}, {"q"}),
            ({"q": "x" * 1001}, {"q"}),
            ({"wait": -1}, {"wait"}),
            ({"wait": "nan"}, {"wait"}),
            ({"cursor": "nonsense"}, {"cursor"}),
            ({"cursor": "é" * 3}, {"cursor"}),
            ({"cursor": "x" * 5000}, {"cursor"}),
        ],
    )
    def test_a_parameter_out_of_bounds_is_named(self, api: ApiClient, query: dict[str, Any], refused: set[str]) -> None:
        assert refused_parameters(api, "/v1/profiles", **query) == refused


class TestTimeline:
    def test_events_come_newest_first_with_all_that_is_known(self, api: ApiClient) -> None:
        api.track("Viewed", ident("mobile_id", "m1"), price=1)
        message = api.track("Added", ident("mobile_id", "m1"), price=9.5, sku="x")
        profile = find(api, "mobile_id", "m1")["id"]
        page = api.get(f"/v1/profiles/{profile}/events").json()
        assert [event["name"] for event in page["events"]] == ["Added", "Viewed"]
        assert page["cursor"] is None
        assert page["events"][0] == {
            "id": message.id,
            "name": "Added",
            "time": iso(DAY + 2000),
            "received_at": iso(DAY + 2000),
            "properties": {"price": 9.5, "sku": "x"},
            "rejected": [],
            "context": {},
            "session_id": "",
            "dialect": "test",
            "profile_id": profile,
            "semantic": None,
        }

    def test_the_standard_event_is_shown_next_to_the_senders_name(self, api: ApiClient) -> None:
        for dialect, name, properties in (
            ("antsomi", "product/purchase", {"revenue": "5", "items": [{"id": "p", "quantity": 1}]}),
            ("segment", "Song Played", {}),
            ("crossengage", "Viewed Cart", {}),
            ("segment", "Order Completed", {"total": 7, "currency": "EUR"}),
        ):
            who = (ident("mobile_id", "m1"),)
            api.ingest(kind="track", dialect=dialect, name=name, properties=properties, identifiers=who)
        path = f"/v1/profiles/{find(api, 'mobile_id', 'm1')['id']}/events"
        assert api.get(path, semantic="cart_viewed").json()["events"][0]["name"] == "Viewed Cart"
        bought = api.get(path, semantic="purchased").json()["events"]
        assert [(event["name"], event["semantic"]) for event in bought] == [
            ("Order Completed", {"name": "purchased", "items": [], "value": 7, "currency": "EUR"}),
            (
                "product/purchase",
                {"name": "purchased", "items": [{"id": "p", "quantity": 1}], "value": 5, "currency": None},
            ),
        ]
        assert api.get(path, semantic="sold").status_code == 400

    def test_a_refused_value_is_shown_with_its_reason(self, api: ApiClient) -> None:
        api.track("Added", ident("mobile_id", "m1"), price=9)
        api.ingest(
            kind="track",
            dialect="webengage",
            name="Added",
            identifiers=(ident("mobile_id", "m1"),),
            properties={"price": "nine"},
        )
        profile = find(api, "mobile_id", "m1")["id"]
        (rejected,) = api.get(f"/v1/profiles/{profile}/events").json()["events"][0]["rejected"]
        assert (rejected["name"], rejected["value"]) == ("price", "nine")
        assert (rejected["kind"], rejected["detail"]) == ("type_mismatch", {"expected": "number", "got": "string"})
        assert rejected["reason"] == "type_mismatch: expected number, got string"

    def test_pages_of_one_name_hold_every_members_events(self, api: ApiClient) -> None:
        for n in range(3):
            api.track("Seen", ident("mobile_id", "m1"), n=n)
            api.track("Other", ident("mobile_id", "m1"))
        api.identify(ident("user_id", "u1"))
        api.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
        profile = find(api, "user_id", "u1")["id"]
        path = f"/v1/profiles/{profile}/events"
        first = api.get(path, name="Seen", limit=2).json()
        second = api.get(path, name="Seen", limit=2, cursor=first["cursor"]).json()
        assert [event["properties"]["n"] for event in first["events"] + second["events"]] == [2, 1, 0]
        assert second["cursor"] is None
        assert {event["profile_id"] for event in first["events"]} != {profile}

    def test_a_cursor_of_another_list_is_refused(self, api: ApiClient) -> None:
        api.identify(ident("user_id", "u1"))
        api.identify(ident("user_id", "u2"))
        cursor = api.get("/v1/profiles", limit=1).json()["cursor"]
        path = f"/v1/profiles/{find(api, 'user_id', 'u1')['id']}/events"
        assert refused_parameters(api, path, cursor=cursor) == {"cursor"}

    def test_a_broken_event_store_is_reported(self, api: ApiClient) -> None:
        api.identify(ident("user_id", "u1"))
        api.events.broken = True
        answer = api.get(f"/v1/profiles/{find(api, 'user_id', 'u1')['id']}/events")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "events_unavailable")


class TestHistory:
    def test_decisions_come_oldest_first_in_pages(self, api: ApiClient) -> None:
        message = api.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
        profile = find(api, "user_id", "u1")["id"]
        path = f"/v1/profiles/{profile}/history"
        whole = api.get(path).json()
        assert [entry["kind"] for entry in whole["history"]] == ["created", "attached", "attached"]
        assert whole["history"][1] == {
            "at": iso(DAY + 1000),
            "kind": "attached",
            "message_id": message.id,
            "identifier": {"namespace": "user_id", "value": "u1", "scope": ""},
            "from": None,
            "to": profile,
            "merge_id": None,
            "rule": "R2",
            "actor": {"kind": "worker", "name": ""},
            "detail": {},
            "by": None,
            "reason": "R2: identifier not known before",
        }
        first = api.get(path, limit=2).json()
        second = api.get(path, limit=2, cursor=first["cursor"]).json()
        assert first["history"] + second["history"] == whole["history"]
        assert (whole["cursor"], second["cursor"]) == (None, None)


def test_another_projects_profiles_cannot_be_reached(api: ApiClient) -> None:
    api.identify(ident("user_id", "u1"), project=api.other_project)
    answer = api.get("/v1/profiles", api.other_token, namespace="user_id", value="u1")
    theirs = answer.json()["id"]
    assert api.get("/v1/profiles", namespace="user_id", value="u1").status_code == 404
    assert api.get("/v1/profiles").json()["profiles"] == []
    assert api.get("/v1/profiles", q="u1").json()["profiles"] == []
    for path in (f"/v1/profiles/{theirs}", f"/v1/profiles/{theirs}/events", f"/v1/profiles/{theirs}/history"):
        assert api.get(path).status_code == 404
        assert api.get(path, api.other_token).status_code == 200


class TestTimelineByTime:
    def test_it_can_be_of_a_range_of_time(self, api: ApiClient) -> None:
        user = ident("user_id", "u1")
        said = [api.track(f"e{number}", user) for number in range(3)]
        path = f"/v1/profiles/{find(api, 'user_id', 'u1')['id']}/events"
        found = api.get(path, since=iso(said[1].time), until=iso(said[2].time)).json()
        assert [event["name"] for event in found["events"]] == ["e1"]
        assert refused_parameters(api, path, since="yesterday") == {"since"}


class TestSummary:
    def test_it_counts_over_all_members_and_each_order_once(self, api: ApiClient) -> None:
        device, user = ident("mobile_id", "m1"), ident("user_id", "u1")

        def order(dialect: str, name: str, *who: Identifier, **properties: Any) -> None:
            api.ingest(kind="track", dialect=dialect, name=name, identifiers=who, properties=properties)

        order("crossengage", "Completed Order", device, orderId="o1", total=20, currency="EUR")
        api.identify(user, name="Ann Example", email="ann@x.example")
        api.identify(user, device)
        order("crossengage", "Completed Order", user, orderId="o1", total=20, currency="EUR")
        order("segment", "Order Completed", user, order_id="o2", total=5, currency="EUR")
        summary = api.get(f"/v1/profiles/{find(api, 'user_id', 'u1')['id']}/summary").json()
        assert (summary["name"], summary["email"], summary["orders"]) == ("Ann Example", "ann@x.example", 2)
        assert summary["revenue"] == [{"currency": "EUR", "value": 25.0, "orders": 2}]
        assert summary["event_names"][0] == {"name": "Completed Order", "count": 2}

    def test_who_is_unknown_has_none(self, api: ApiClient) -> None:
        assert api.get(f"/v1/profiles/{new_id()}/summary").status_code == 404

    def test_a_broken_event_store_is_reported(self, api: ApiClient) -> None:
        api.identify(ident("user_id", "u1"))
        path = f"/v1/profiles/{find(api, 'user_id', 'u1')['id']}/summary"
        api.events.broken = True
        assert api.get(path).json()["error"]["code"] == "events_unavailable"
