"""What holds for every registered kind of destination."""

from __future__ import annotations

import re

import msgspec
import pytest
from tests.destinations.items import NAMES, item
from tests.house.repository import SOURCE

from passerby.destinations import registry
from passerby.destinations.configuration import members
from passerby.destinations.kind import Kind
from passerby.destinations.mapping import compile_template
from passerby.destinations.records import ITEM_TYPES
from passerby.messages import StandardEvent

KINDS = pytest.mark.parametrize("kind", registry.ALL, ids=lambda kind: str(kind.name))
STANDARD_EVENTS = set(msgspec.json.schema(StandardEvent)["enum"])


def test_every_file_is_registered_under_its_name() -> None:
    files = {path.stem for path in (SOURCE / "destinations" / "kinds").glob("*.py")} - {"__init__"}
    assert files == set(registry.NAMES) == set(registry.NAMED)


@KINDS
def test_a_kind_can_be_shown_in_a_list(kind: Kind) -> None:
    assert kind.title
    assert re.fullmatch(r"[A-Z].*\.", kind.summary)
    assert kind.docs_url.startswith("https://")


@KINDS
def test_the_default_types_are_types_that_the_kind_takes(kind: Kind) -> None:
    assert kind.default_types
    assert set(kind.default_types) <= set(kind.types) <= set(ITEM_TYPES)


@KINDS
def test_a_default_map_has_a_template_for_every_type(kind: Kind) -> None:
    if kind.template is not None:
        types, _, standard = zip(*(name.partition("/") for name in kind.template), strict=True)
        assert set(types) == set(kind.types)
        assert set(standard) - {""} <= STANDARD_EVENTS
        assert all(kind.template_for(name) is not None for name in kind.types)


@KINDS
def test_a_default_map_can_be_applied_to_every_sample(kind: Kind) -> None:
    for sample in map(item, NAMES):
        semantic = (sample["data"].get("event") or {}).get("semantic") or {}
        template = kind.template_for(sample["type"], semantic.get("name"))
        if template is not None and sample["type"] in kind.types:
            assert compile_template(template).apply(sample) is not None


@KINDS
def test_a_configuration_refuses_unknown_members_and_names_each_one(kind: Kind) -> None:
    described = msgspec.inspect.type_info(kind.config)
    assert isinstance(described, msgspec.inspect.StructType)
    assert described.forbid_unknown_fields
    schema = msgspec.json.schema(kind.config)["$defs"][kind.config.__name__]["properties"]
    assert [name for name in members(kind.config).known if not schema[name].get("title")] == []
