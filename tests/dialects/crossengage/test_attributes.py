"""`/users/attributes`: the traits in the project's catalogue."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.crossengage.crossengage_calls import body_of, call

from passerby.dialects.contract import LookupResult

CATALOGUE = LookupResult(
    attributes=(("age", "number"), ("firstName", "string"), ("optOut.SMS", "boolean"), ("plan", "string"))
)
ATTRIBUTES = "/users/attributes"


def test_the_traits_of_the_catalogue_are_attributes() -> None:
    listed = body_of(call("GET", f"{ATTRIBUTES}?offset=0&limit=10", None, "1", CATALOGUE))
    shown = [(each["name"], each["attributeType"]) for each in listed["attributes"]]
    assert shown == [("traits.age", "FLOAT"), ("firstName", "STRING"), ("traits.plan", "STRING")]
    assert listed["total"] == "3"
    second = body_of(call("GET", f"{ATTRIBUTES}?offset=1&limit=1", None, "1", CATALOGUE))
    assert second == {"attributes": listed["attributes"][1:2], "total": "3"}
    assert body_of(call("GET", ATTRIBUTES, None, "1")) == {"attributes": [], "total": "0"}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "offset=-1", "offset=9999999999", "x=" + "y" * 2_000]
)
def test_a_page_that_cannot_be_is_refused(query: str) -> None:
    outcome = call("GET", f"{ATTRIBUTES}?{query}", None, "1", CATALOGUE)
    assert outcome.reply.status == 400
    assert body_of(outcome).keys() == {"requestId", "message"}


def test_an_attribute_is_read_by_its_id_and_not_deleted_while_people_have_values() -> None:
    (plan,) = [
        each
        for each in body_of(call("GET", ATTRIBUTES, None, "1", CATALOGUE))["attributes"]
        if each["name"] == "traits.plan"
    ]
    path = f"{ATTRIBUTES}/{plan['id']}"
    assert body_of(call("GET", path, None, "1", CATALOGUE)) == plan
    assert call("DELETE", path, {}, "1", CATALOGUE).reply.status == 409
    for method in ("GET", "DELETE"):
        assert call(method, f"{ATTRIBUTES}/3", {}, "1", CATALOGUE).reply.status == 404


def test_creating_an_attribute_says_what_it_will_be() -> None:
    (plan,) = [
        each
        for each in body_of(call("GET", ATTRIBUTES, None, "1", CATALOGUE))["attributes"]
        if each["name"] == "traits.plan"
    ]
    for known in (LookupResult(), CATALOGUE):
        outcome = call("POST", ATTRIBUTES, {"name": "traits.plan", "attributeType": "STRING"}, "1", known)
        assert (outcome.reply.status, body_of(outcome), outcome.messages) == (200, plan, [])
    whole = call("POST", ATTRIBUTES, {"name": "age", "attributeType": "INTEGER"}, "1", CATALOGUE)
    assert whole.reply.status == 200


@pytest.mark.parametrize(
    "body, words",
    [
        ({"name": "traits.plan", "attributeType": "BOOLEAN"}, "type STRING"),
        ({"name": "traits.plan", "attributeType": "COLOUR"}, "must be one of"),
        ({"name": "traits.plan"}, "must be one of"),
        ({"name": "traits.", "attributeType": "STRING"}, "name must be"),
        ({"name": "x" * 500, "attributeType": "STRING"}, "name must be"),
        ([], "name must be"),
    ],
)
def test_an_attribute_that_cannot_be_created_is_refused(body: Any, words: str) -> None:
    outcome = call("POST", ATTRIBUTES, body, "1", CATALOGUE)
    assert outcome.reply.status == 400
    assert words in body_of(outcome)["message"]
