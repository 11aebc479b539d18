"""Editing the catalogue over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.api_client import ApiClient
from tests.state.state_builder import ident

M1 = ident("mobile_id", "m1")


def catalogued(api: ApiClient) -> dict[str, Any]:
    """Events by name, and traits under ""."""
    found = api.get("/v1/catalogue").json()
    return {event["name"]: event for event in found["events"]} | {"": found["traits"]}


def refused(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    message: str = answer.json()["error"]["message"]
    return message + str(answer.json()["error"]["details"])


class TestTypes:
    def test_a_change_says_how_many_past_values_fit(self, api: ApiClient) -> None:
        for total in ("junk", 9, 9.5, None):
            api.track("Bought", M1, total=total)
        query = {"event": "Bought", "attribute": "total", "type": "number"}
        past = {"fitting": 2, "other": 1, "complete": True}
        assert api.get("/v1/catalogue/attributes/values", **query).json() == past
        changed = api.patch("/v1/catalogue/attributes", body=query).json()
        assert changed == query | {"previous_type": "string", "past": past}
        (attribute,) = catalogued(api)["Bought"]["attributes"]
        assert attribute["type"] == "number"
        assert catalogued(api)["Bought"]["violations"] == []

    def test_values_of_traits_are_counted_on_profiles(self, api: ApiClient) -> None:
        for number, age in enumerate(["31", 32, 33]):
            api.identify(ident("user_id", f"u{number}"), age=age)
        api.identify(ident("user_id", "u9"), project=api.other_project, age=34)
        changed = api.patch("/v1/catalogue/attributes", body={"attribute": "age", "type": "number"}).json()
        assert changed["past"] == {"fitting": 2, "other": 1, "complete": True}
        assert [trait["type"] for trait in catalogued(api)[""]] == ["number"]

    def test_without_events_the_type_is_changed_and_the_counts_are_null(self, api: ApiClient) -> None:
        api.track("Bought", M1, total="9")
        api.events.broken = True
        body = {"event": "Bought", "attribute": "total", "type": "number"}
        changed = api.patch("/v1/catalogue/attributes", body=body).json()
        api.events.broken = False
        assert changed["past"] == {"fitting": None, "other": None, "complete": False}
        assert catalogued(api)["Bought"]["attributes"][0]["type"] == "number"

    @pytest.mark.parametrize("event", ["Bought", None])
    def test_an_unknown_attribute_is_404(self, api: ApiClient, event: str | None) -> None:
        body = {"event": event, "attribute": "never", "type": "number"}
        refused(api.patch("/v1/catalogue/attributes", body=body), 404)


class TestAliases:
    def test_two_spellings_of_an_event_are_shown_as_one(self, api: ApiClient) -> None:
        api.track("viewed_product", M1, id="1", price="free")
        api.track("Product Viewed", M1, id="2", price=9)
        body = {"event": "viewed_product", "into": "Product Viewed"}
        alias = api.post("/v1/catalogue/aliases", body=body).json()
        assert (alias["event"], alias["attribute"], alias["into"]) == ("viewed_product", None, "Product Viewed")
        assert api.get("/v1/catalogue/aliases").json() == {"aliases": [alias]}
        api.track("viewed_product", M1, id="3")
        found = catalogued(api)
        assert found.keys() == {"Product Viewed", ""}
        event = found["Product Viewed"]
        assert (event["count"], event["spellings"]) == (3, ["viewed_product"])
        attributes = {each["name"]: (each["type"], each["count"]) for each in event["attributes"]}
        assert attributes == {"id": ("string", 3), "price": ("number", 2)}
        path = f"/v1/profiles/{api.owner('mobile_id', 'm1')}/events"
        listed = [
            [event["properties"]["id"] for event in api.get(path, name="Product Viewed", limit=limit).json()["events"]]
            for limit in (2, 10)
        ]
        assert listed == [["3", "2"], ["3", "2", "1"]]
        newest = api.get(path, limit=1).json()["events"][0]
        assert (newest["name"], newest["context"]) == ("Product Viewed", {"sent_name": "viewed_product"})

    def test_volumes_count_all_spellings_together(self, api: ApiClient) -> None:
        now = api.server.context.now()
        for name in ("buy", "Bought", "Bought"):
            api.ingest(kind="track", name=name, identifiers=(M1,), time=now, received_at=now)
        api.post("/v1/catalogue/aliases", body={"event": "buy", "into": "Bought"})
        volumes = api.get("/v1/catalogue/event-counts").json()["events"]
        assert [(each["name"], each["total"]) for each in volumes] == [("Bought", 3)]

    def test_two_spellings_of_a_trait_are_one_on_profiles_and_an_undo_parts_them(self, api: ApiClient) -> None:
        user = ident("user_id", "u1")
        api.identify(user, first_name="Ada")
        api.identify(user, firstName="Eve")
        body = {"attribute": "firstName", "into": "first_name"}
        api.post("/v1/catalogue/aliases", body=body)
        path = f"/v1/profiles/{api.owner('user_id', 'u1')}"
        assert api.get(path).json()["traits"] == {"first_name": "Eve"}
        (trait,) = catalogued(api)[""]
        assert (trait["name"], trait["count"], trait["spellings"]) == ("first_name", 2, ["firstName"])
        undone = api.post("/v1/catalogue/aliases/undo", body={"attribute": "firstName"})
        assert undone.json() == {"aliases": []}
        assert api.get(path).json()["traits"] == {"firstName": "Eve", "first_name": "Ada"}
        assert [trait["name"] for trait in catalogued(api)[""]] == ["firstName", "first_name"]

    def test_a_name_that_never_came_may_be_the_canonical_one(self, api: ApiClient) -> None:
        api.track("buy", M1, Total=1)
        api.post("/v1/catalogue/aliases", body={"event": "buy", "into": "Bought"})
        refused(api.post("/v1/catalogue/aliases", body={"event": "Bought", "attribute": "Total", "into": "t"}), 404)
        api.track("Bought", M1, Total=1)
        api.post("/v1/catalogue/aliases", body={"event": "Bought", "attribute": "Total", "into": "total"})
        event = catalogued(api)["Bought"]
        assert (event["count"], event["spellings"]) == (2, ["buy"])
        assert [(each["name"], each["count"]) for each in event["attributes"]] == [("total", 2)]

    def test_what_cannot_be_merged_says_why(self, api: ApiClient) -> None:
        api.track("a", M1)
        api.post("/v1/catalogue/aliases", body={"event": "a", "into": "b"})
        assert "undo that first" in refused(api.post("/v1/catalogue/aliases", body={"event": "a", "into": "c"}), 400)
        assert "spelling of" in refused(api.post("/v1/catalogue/aliases", body={"event": "b", "into": "a"}), 400)
        assert "into" in refused(api.post("/v1/catalogue/aliases", body={"event": "a", "into": " "}), 400)
        refused(api.post("/v1/catalogue/aliases", body={"into": "b"}), 400)
        refused(api.post("/v1/catalogue/aliases", body={"event": "never", "into": "b"}), 404)
        refused(api.post("/v1/catalogue/aliases/undo", body={"event": "b"}), 404)


class TestDeleting:
    def test_deleted_names_leave_the_catalogue_and_nothing_else(self, api: ApiClient) -> None:
        api.track("junk", M1, x=1)
        api.track("Bought", M1, x=1, y=1)
        api.identify(M1, plan="gold", foo="bar")
        names = [{"event": "junk"}, {"event": "Bought", "attribute": "x"}, {"attribute": "foo"}, {"event": "never"}]
        answer = api.post("/v1/catalogue/delete", body={"names": names}).json()
        assert answer == {"deleted": 3, "unknown": [{"event": "never", "attribute": None}]}
        found = catalogued(api)
        assert found.keys() == {"Bought", ""}
        assert [each["name"] for each in found["Bought"]["attributes"]] == ["y"]
        assert [each["name"] for each in found[""]] == ["plan"]
        profile = api.get(f"/v1/profiles/{api.owner('mobile_id', 'm1')}").json()
        assert (profile["event_count"], profile["traits"]) == (2, {"foo": "bar", "plan": "gold"})

    def test_a_name_with_merged_spellings_is_not_deleted(self, api: ApiClient) -> None:
        for name in ("a", "b", "junk"):
            api.track(name, M1)
        api.post("/v1/catalogue/aliases", body={"event": "a", "into": "b"})
        answer = api.post("/v1/catalogue/delete", body={"names": [{"event": "junk"}, {"event": "b"}]})
        assert "undo that first" in refused(answer, 400)
        assert catalogued(api).keys() == {"b", "junk", ""}


def test_every_change_is_in_the_audit_log(api: ApiClient) -> None:
    api.track("a", M1, x=1)
    api.patch("/v1/catalogue/attributes", body={"event": "a", "attribute": "x", "type": "string"})
    api.post("/v1/catalogue/aliases", body={"event": "a", "into": "b"})
    api.post("/v1/catalogue/aliases/undo", body={"event": "a"})
    api.post("/v1/catalogue/delete", body={"names": [{"event": "b"}]})
    actions = [entry["action"] for entry in api.get("/v1/audit").json()["entries"]]
    assert actions == ["catalogue.deleted", "catalogue.merge_undone", "catalogue.merged", "catalogue.type_changed"]
