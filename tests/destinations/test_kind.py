"""The record of a kind: its default template for an item."""

from __future__ import annotations

import msgspec
import pytest

from passerby.destinations.kind import Kind
from passerby.destinations.kinds import webhook
from passerby.destinations.verdicts import Request

MAPPED = msgspec.structs.replace(webhook.KIND, template={"event": {"a": 1}, "event/purchased": {"b": 2}})


@pytest.mark.parametrize(
    "item_type, standard_event, template",
    [
        ("event", "purchased", {"b": 2}),
        ("event", "searched", {"a": 1}),
        ("event", None, {"a": 1}),
        ("profile.created", None, None),
    ],
)
def test_the_template_of_a_standard_event_precedes_that_of_its_type(
    item_type: str, standard_event: str | None, template: object
) -> None:
    assert MAPPED.template_for(item_type, standard_event) == template


def test_a_kind_without_a_map_sends_the_envelope() -> None:
    kind: Kind = webhook.KIND
    assert kind.template_for("event", "purchased") is None


def test_a_test_is_the_request_itself_unless_the_kind_changes_it() -> None:
    request = Request("POST", "https://example.com", {}, b"{}")
    assert webhook.KIND.test(None, request) is request
