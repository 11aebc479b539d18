"""Default maps: what arrives without products, values or properties, and what operators write instead."""

from __future__ import annotations

import msgspec
import pytest
from tests.destinations.contract import OF_KINDS
from tests.destinations.items import item

from passerby.destinations import registry
from passerby.destinations.configuration import configure
from passerby.destinations.kind import Kind
from passerby.destinations.mapping import compile_template
from passerby.messages import StandardEvent

STANDARD_EVENTS = sorted(msgspec.json.schema(StandardEvent)["enum"])
OF_EVENTS = [kind for kind in registry.ALL if "event" in kind.types and kind.template is not None]


@pytest.mark.parametrize("kind", OF_EVENTS, ids=lambda kind: str(kind.name))
@pytest.mark.parametrize("name", STANDARD_EVENTS)
def test_a_standard_event_without_details_is_mapped(kind: Kind, name: str) -> None:
    bare = item(name)
    bare["data"]["event"] |= {"properties": {}, "context": {}}
    bare["data"]["event"]["semantic"] |= {"items": [], "value": None, "currency": None}
    mapped = compile_template(kind.template_for("event", name)).apply(bare)
    config = configure(kind, OF_KINDS[kind.name][0].config)
    assert isinstance(mapped, dict)
    assert kind.prepare(config, bare, mapped, 0)
