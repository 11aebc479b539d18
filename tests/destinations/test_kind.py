"""The record of a kind: its default template for an item."""

from __future__ import annotations

import msgspec
import pytest

from passerby.destinations.kind import Kind, Limits
from passerby.destinations.kinds import webhook
from passerby.destinations.records import Batch
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


LIMITS = Limits(max_items=50, max_bytes=5_000, max_item_bytes=4_000, max_wait_ms=700)


def test_a_batch_lowers_the_limits_of_the_kind() -> None:
    lowered = LIMITS.within(Batch(max_items=7, max_bytes=3_000, max_wait_ms=20))
    assert lowered == LIMITS._replace(max_items=7, max_bytes=3_000, max_item_bytes=3_000, max_wait_ms=20)


def test_a_batch_raises_no_limit_but_the_time_to_wait() -> None:
    assert LIMITS.within(Batch(max_items=1_000, max_wait_ms=2_000)) == LIMITS._replace(max_wait_ms=2_000)
    assert LIMITS.within(None) == LIMITS


def test_a_target_without_batches_waits_for_no_other_item() -> None:
    single = LIMITS._replace(max_items=1, max_wait_ms=0)
    assert single.within(Batch()) == single
