"""Descriptions of devices."""

from __future__ import annotations

from typing import Any

import pytest

from passerby.dialects.registry import ANSWERING_WITH_PROFILE
from passerby.identity.cleaning import collect_evidence
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.messages import Identifier, Message
from passerby.positions import Position
from passerby.profiles import traits
from passerby.profiles.context import CONTEXT_KEYS
from passerby.profiles.devices import IDS_SCOPE, TRAITS_SCOPE, may_have_statements, merge_into, statements
from passerby.profiles.traits import Versioned

V1, V2 = (Identifier("anonymous_id", value) for value in ("v1", "v2"))
EMAIL, AAID = Identifier("email", "a@x.io"), Identifier("aaid", "g1")
ABOUT = {"additional_info": {"model": "Pixel 9"}}


def message(*identifiers: Identifier, dialect: str = "customerlabs", kind: str = "identify", **parts: Any) -> Message:
    fields = {"project": 1, "id": "m", "time": 1, "received_at": 1, "dialect": dialect, "kind": kind, **parts}
    return Message(identifiers=identifiers, **fields)


def stated(said: Message) -> dict[Identifier, Any]:
    if not may_have_statements(said, ANSWERING_WITH_PROFILE):
        return {}
    return dict(statements(said, collect_evidence(said.identifiers), DEFAULT_POLICY, ANSWERING_WITH_PROFILE))


def test_a_description_is_kept_for_the_device_that_is_named_first() -> None:
    said = message(EMAIL, AAID, V1, V2, context=ABOUT, dialect="segment", kind="track")
    assert stated(said) == {V1: ABOUT["additional_info"]}


@pytest.mark.parametrize("named", [(), (EMAIL,), (AAID,)])
def test_without_a_device_nothing_is_kept(named: tuple[Identifier, ...]) -> None:
    assert not stated(message(*named, context=ABOUT, traits={"city": "Thane"}))


@pytest.mark.parametrize("context", [{}, {"additional_info": "x"}, {"device": {"model": "Pixel 9"}}])
def test_a_message_that_says_nothing_of_its_device_is_no_description(context: dict[str, Any]) -> None:
    assert not stated(message(V1, context=context, kind="track"))


def test_traits_and_ids_are_kept_where_calls_are_answered_with_them() -> None:
    said = message(V1, EMAIL, AAID, traits={"city": "Thane"}, context={"external_ids": {"facebook__fbp": "fb.1"}})
    assert stated(said) == {
        V1._replace(scope=TRAITS_SCOPE): {"city": "Thane"},
        V1._replace(scope=IDS_SCOPE): {"facebook__fbp": "fb.1", "aaid": "g1"},
    }


@pytest.mark.parametrize("dialect, kind", [("segment", "identify"), ("customerlabs", "track")])
def test_no_other_message_states_traits_or_ids(dialect: str, kind: str) -> None:
    assert not stated(message(V1, AAID, dialect=dialect, kind=kind, traits={"city": "Thane"}))


def test_ids_that_are_no_object_are_left_out() -> None:
    assert not stated(message(V1, context={"external_ids": "?"}))


def test_the_newest_of_too_many_keys_stay() -> None:
    kept: dict[str, Versioned] = {}
    for number in range(CONTEXT_KEYS + 20):
        merge_into(kept, {f"trait {number}": number}, number, Position(number))
    assert set(traits.fold([kept]).values()) == set(range(20, CONTEXT_KEYS + 20))


def test_an_older_value_loses() -> None:
    kept: dict[str, Versioned] = {}
    merge_into(kept, {"city": "Pune"}, 2, Position(2))
    merge_into(kept, {"city": "Thane", "campaign": "spring"}, 1, Position(3))
    assert traits.fold([kept]) == {"city": "Pune", "campaign": "spring"}
