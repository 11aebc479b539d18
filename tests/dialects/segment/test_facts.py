from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.segment.segment_calls import TRACK, message, messages, refused

from passerby.messages import Identifier, Violation

USER = {"userId": "u-1"}
U = Identifier("user_id", "u-1")


@pytest.mark.parametrize(
    "fields, traits",
    [
        ({}, {}),
        ({"traits": {"plan": "pro", "gone": None}}, {"plan": "pro", "gone": None}),
        ({"context": {"traits": {"plan": "pro"}}}, {"plan": "pro"}),
        ({"traits": {"plan": "pro"}, "context": {"traits": {"plan": "free", "age": 7}}}, {"plan": "pro", "age": 7}),
        ({"traits": {"plan": "pro"}, "context": {"traits": None}}, {"plan": "pro"}),
    ],
)
def test_traits_of_an_identify_are_taken_from_where_sdks_put_them(fields: Any, traits: dict[str, Any]) -> None:
    made = message("/v1/identify", USER | fields)
    assert (made.kind, made.traits, made.context, made.violations) == ("identify", traits, {}, ())


def test_traits_in_the_context_of_other_calls_are_the_identifys_business() -> None:
    for path in ("/v1/track", "/v1/page", "/v1/group"):
        body = TRACK | {"groupId": "g", "context": {"traits": {"email": "a@x.io"}, "locale": "de"}}
        made = message(path, body)
        assert (made.identifiers, made.context) == ((U,), {"locale": "de"})
        assert "email" not in made.traits


@pytest.mark.parametrize("where", [lambda traits: {"traits": traits}, lambda traits: {"context": {"traits": traits}}])
def test_email_and_phone_of_an_identify_name_the_person(where: Any) -> None:
    traits = {"email": "Ada@x.io", "phone": "+1 202 555 0101"}
    made = message("/v1/identify", {"userId": "u-1", "anonymousId": "a-1"} | where(traits))
    assert made.traits == traits
    assert made.identifiers == (
        U,
        Identifier("email", "Ada@x.io"),
        Identifier("phone", "+1 202 555 0101"),
        Identifier("anonymous_id", "a-1"),
    )


def test_a_phone_may_be_a_number() -> None:
    made = message("/v1/identify", USER | {"traits": {"phone": 12025550101}})
    assert made.identifiers == (U, Identifier("phone", "12025550101"))


@pytest.mark.parametrize(
    "trait, value",
    [("email", "none yet"), ("email", 7), ("email", {"work": "a@x.io"}), ("phone", "n/a"), ("phone", ["12025550101"])],
)
def test_what_can_be_no_contact_stays_a_trait_and_is_counted(trait: str, value: Any) -> None:
    made = message("/v1/identify", USER | {"traits": {trait: value}})
    assert (made.identifiers, made.traits) == ((U,), {trait: value})
    assert [(violation.kind, violation.attribute) for violation in made.violations] == [("no_contact", trait)]


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_an_empty_contact_is_none(nothing: Any) -> None:
    made = message("/v1/identify", USER | {"traits": {"email": nothing, "phone": nothing}})
    assert (made.identifiers, made.violations) == ((U,), ())


def test_odd_traits_in_a_context_are_counted() -> None:
    made = message("/v1/identify", USER | {"context": {"traits": "x"}})
    assert made.violations == (Violation("wrong_type", "", "traits", "x"),)


@pytest.mark.parametrize("path", ["/v1/identify", "/v1/group"])
@pytest.mark.parametrize("traits", ["x", 7, [1], True])
def test_traits_that_are_none_make_an_item_invalid(path: str, traits: Any) -> None:
    kind, field, sample = refused(path, USER | {"groupId": "g", "traits": traits})
    assert (kind, field) == ("wrong_type", "traits")
    assert sample


@pytest.mark.parametrize("nameless", [{}, {"event": None}, {"event": ""}, {"event": " \t"}])
def test_a_track_needs_an_event(nameless: dict[str, Any]) -> None:
    assert refused("/v1/track", USER | nameless) == ("missing_field", "event", "")


@pytest.mark.parametrize("event", [7, True, {}, ["Paid"]])
def test_an_event_is_a_text(event: Any) -> None:
    kind, field, _ = refused("/v1/track", USER | {"event": event})
    assert (kind, field) == ("wrong_type", "event")


@pytest.mark.parametrize("path", ["/v1/track", "/v1/page", "/v1/screen"])
@pytest.mark.parametrize("properties", ["x", 7, [1], True])
def test_properties_that_are_none_make_an_item_invalid(path: str, properties: Any) -> None:
    kind, field, _ = refused(path, TRACK | {"properties": properties})
    assert (kind, field) == ("wrong_type", "properties")


def test_properties_are_kept_as_sent() -> None:
    properties = {"a": None, "b": [1, {"c": ""}], "name": "x", "long": "y" * 2_000}
    assert message("/v1/track", TRACK | {"properties": properties}).properties == properties


@pytest.mark.parametrize("path, what", [("/v1/page", "Page"), ("/v1/p", "Page"), ("/v1/screen", "Screen")])
@pytest.mark.parametrize(
    "fields, event",
    [
        ({}, "Loaded a {}"),
        ({"name": "Home"}, "Viewed Home {}"),
        ({"category": "Docs"}, "Viewed Docs {}"),
        ({"name": "Home", "category": "Docs"}, "Viewed Docs Home {}"),
        ({"properties": {"name": "Home", "category": "Docs"}}, "Viewed Docs Home {}"),
        ({"name": "Home", "properties": {"name": "Other"}}, "Viewed Home {}"),
        ({"name": " Home ", "category": " "}, "Viewed Home {}"),
        ({"name": 7, "category": ["Docs"]}, "Loaded a {}"),
        ({"name": "n" * 30, "category": "c" * 30}, "Viewed " + "n" * 30 + " {}"),
        ({"name": "n" * 60, "category": "Docs"}, "Viewed Docs {}"),
        ({"name": "n" * 60}, "Loaded a {}"),
    ],
)
def test_a_page_or_screen_is_an_event_named_for_it(path: str, what: str, fields: dict[str, Any], event: str) -> None:
    made = message(path, {"anonymousId": "a-1"} | fields)
    assert (made.kind, made.name) == ("track", event.format(what))
    assert len(made.name) < 50


@pytest.mark.parametrize(
    "fields, properties",
    [
        ({"name": "Home", "category": "Docs"}, {"name": "Home", "category": "Docs"}),
        ({"name": "Home", "category": None, "properties": {"url": "/"}}, {"name": "Home", "url": "/"}),
        ({"name": "Home", "properties": {"name": "Other"}}, {"name": "Other"}),
        ({"name": "n" * 60}, {"name": "n" * 60}),
        ({"name": ["odd"]}, {"name": ["odd"]}),
    ],
)
def test_name_and_category_of_a_page_are_its_properties(fields: dict[str, Any], properties: dict[str, Any]) -> None:
    assert message("/v1/page", {"anonymousId": "a-1"} | fields).properties == properties


def test_a_group_becomes_a_trait_of_the_person_and_its_traits_stay_separate() -> None:
    said = {"name": "Example Ltd", "email": "office@x.io"}
    made = message("/v1/group", USER | {"groupId": 7, "traits": said})
    assert (made.kind, made.identifiers) == ("identify", (U,))
    assert made.traits == {"group_id": "7", "group_traits": said}


def test_a_group_without_traits_sets_only_its_id() -> None:
    assert message("/v1/group", USER | {"groupId": "g"}).traits == {"group_id": "g"}


@pytest.mark.parametrize("nothing", [{}, {"groupId": None}, {"groupId": ""}])
def test_a_group_needs_its_id(nothing: dict[str, Any]) -> None:
    assert refused("/v1/group", USER | nothing) == ("missing_field", "groupId", "")


@pytest.mark.parametrize("wrong", [True, {}, ["g"]])
def test_a_group_id_is_a_text_or_a_number(wrong: Any) -> None:
    kind, field, _ = refused("/v1/group", USER | {"groupId": wrong})
    assert (kind, field) == ("wrong_type", "groupId")


@pytest.mark.parametrize(
    "fields, identifiers",
    [
        ({"previousId": "p"}, [("previous_id", "p")]),
        ({"previousId": 7}, [("previous_id", "7")]),
        ({"previousId": "p", "anonymousId": "a"}, [("previous_id", "p"), ("anonymous_id", "a")]),
        ({"previousId": "a", "anonymousId": "a"}, [("anonymous_id", "a")]),
        ({"anonymousId": "a"}, [("anonymous_id", "a")]),
        ({"previousId": None, "anonymousId": "a"}, [("anonymous_id", "a")]),
    ],
)
def test_an_alias_resolves_to_the_owner_of_the_previous_id(
    fields: dict[str, Any], identifiers: list[tuple[str, str]]
) -> None:
    made = message("/v1/alias", USER | fields)
    assert made.kind == "identify"
    assert [(each.namespace, each.value) for each in made.identifiers] == [("user_id", "u-1"), *identifiers]


@pytest.mark.parametrize("same", ["u-1", " u-1 "])
@pytest.mark.parametrize("further", [{}, {"anonymousId": "a-1"}])
def test_an_alias_onto_itself_is_nothing(same: str, further: dict[str, str]) -> None:
    assert messages("/v1/alias", USER | {"previousId": same} | further) == []
    item = {"type": "alias", "previousId": same, **USER, **further}
    assert len(messages("/v1/batch", {"batch": [item, {"type": "track", **TRACK}]})) == 1


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"userId": "u-1"}, "previousId"),
        ({"userId": "u-1", "previousId": ""}, "previousId"),
        ({"anonymousId": "a-1", "previousId": "p"}, "userId"),
        ({"anonymousId": "a-1"}, "userId"),
    ],
)
def test_an_alias_needs_both_sides(fields: dict[str, Any], field: str) -> None:
    assert refused("/v1/alias", fields) == ("missing_field", field, "")


def test_a_previous_id_is_a_text_or_a_number() -> None:
    assert refused("/v1/alias", USER | {"previousId": {"x": 1}}) == ("wrong_type", "previousId", '{"x":1}')
