"""What the profiles in a history are called."""

from __future__ import annotations

import msgspec
from tests.console.charts.test_lanes import entry

from passerby.console.presenters.profile_names import member_names
from passerby.identity.decisions import DecisionKind
from passerby.state.views import HistoryEntry, HistoryIdentifier


def _given(kind: DecisionKind, to: str, namespace: str, value: str) -> HistoryEntry:
    named = HistoryIdentifier(namespace=namespace, value=value, scope="")
    return msgspec.structs.replace(entry(kind, None, to), identifier=named)


def test_a_profile_is_called_by_the_strongest_identifier_it_was_given() -> None:
    history = [
        entry("created", None, "a"),
        _given("attached", "a", "mobile_id", "m-1"),
        _given("attached", "a", "email", "a@example.com"),
        _given("reassigned", "a", "mobile_id", "m-2"),
        _given("conflict", "b", "user_id", "u-1"),
    ]
    assert member_names(history) == {"a": "a@example.com"}
