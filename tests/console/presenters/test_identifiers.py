"""Labels of namespaces, and names of the profiles in a history."""

from __future__ import annotations

import msgspec
from tests.console.charts.test_lanes import entry

from passerby.console.presenters.identifiers import member_names, namespace_label
from passerby.identity.decisions import DecisionKind
from passerby.identity.namespaces import CLASSES, FORMER_USER_ID
from passerby.messages import Identifier
from passerby.state.views import HistoryEntry


def test_every_built_in_namespace_has_words_of_its_own() -> None:
    assert all("_" not in namespace_label(name) for name in (*CLASSES, FORMER_USER_ID))


def test_a_namespace_of_the_project_is_called_by_its_name() -> None:
    assert namespace_label("loyalty_card") == "loyalty card"


def _given(kind: DecisionKind, to: str, namespace: str, value: str) -> HistoryEntry:
    return msgspec.structs.replace(entry(kind, None, to), identifier=Identifier(namespace, value))


def test_a_profile_is_called_by_the_strongest_identifier_it_was_given() -> None:
    history = [
        entry("created", None, "a"),
        _given("attached", "a", "mobile_id", "m-1"),
        _given("attached", "a", "email", "a@example.com"),
        _given("reassigned", "a", "mobile_id", "m-2"),
        _given("conflict", "b", "user_id", "u-1"),
    ]
    assert member_names(history) == {"a": "a@example.com"}
