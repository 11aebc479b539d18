"""The reference page says what the code does: its examples work, and it has every type, function and outcome."""

from __future__ import annotations

import re
from typing import Any, get_args

import msgspec
import pytest
from tests.destinations.items import item
from tests.house.repository import ROOT

from passerby.destinations.breaker import FAILURES_IN_A_ROW, GOOD_PROBES, LAST_PROBE_MS, PAUSED_AFTER_MS, WINDOW
from passerby.destinations.conditions import COMPARISONS, DEPTH, LEAVES, compile_condition
from passerby.destinations.envelope import EventEnvelope
from passerby.destinations.expressions import LENGTH
from passerby.destinations.mapping import NODES, OUTPUT_BYTES, compile_template
from passerby.destinations.records import ITEM_TYPES
from passerby.destinations.retry import WAITS_MS
from passerby.destinations.signatures import MOST_VALID
from passerby.destinations.template_functions import OWN
from passerby.destinations.verdicts import Response, Result, outcome_of

PAGE = (ROOT / "docs" / "reference" / "destinations.md").read_text()
EXAMPLES: list[Any] = [msgspec.json.decode(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
ENVELOPE, CONDITION, TEMPLATE = EXAMPLES


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def first_cells(heading: str) -> str:
    return "\n".join(line.split("|")[1] for line in section(heading).splitlines() if line.startswith("| "))


def test_the_example_of_an_item_has_the_shape_of_an_event() -> None:
    assert msgspec.to_builtins(msgspec.convert(ENVELOPE, EventEnvelope)) == ENVELOPE


def test_the_example_of_a_condition_is_one() -> None:
    condition = compile_condition(CONDITION)
    assert condition.matches(ENVELOPE, 0)
    assert not condition.matches(item("searched"), 0)


def test_the_example_of_a_template_is_one() -> None:
    assert compile_template(TEMPLATE).apply(ENVELOPE) == {
        "name": "Order Completed",
        "email_hash": "f7d54c22dda5b1780276601cd005909b70543fc4a6ba72d735b4cb9bbb611f01",
        "products": [{"sku": "SKU-001", "count": 1}],
        "source": "shop",
    }


@pytest.mark.parametrize(
    "heading, names",
    [
        ("Items", ITEM_TYPES),
        ("Conditions", ("all", "any", "none", "event", "fact", "prop", "trait", "stage", "identifier", "segment")),
        ("Conditions", (*COMPARISONS, "exists")),
        ("Templates", tuple(f"{name}(" for name in OWN)),
        ("Outcomes", tuple(name.replace("_", " ") for name in get_args(Result))),
    ],
)
def test_the_page_has_every_name(heading: str, names: tuple[str, ...]) -> None:
    cells = first_cells(heading)
    assert [name for name in names if name not in cells] == []


@pytest.mark.parametrize(
    "heading, text",
    [
        ("Conditions", f"at most {DEPTH} levels deep"),
        ("Conditions", f"at most {LEAVES} leaves"),
        ("Templates", f"at most {NODES} values"),
        ("Templates", f"at most {LENGTH:,} characters"),
        ("Templates", f"at most {OUTPUT_BYTES // 1024} kB"),
        ("Signatures", f"at most {MOST_VALID} are valid"),
        ("Outcomes", f"After {FAILURES_IN_A_ROW} temporary outcomes in a row, or more than half of the last {WINDOW},"),
        ("Outcomes", f"up to {LAST_PROBE_MS // 1000} s"),
        ("Outcomes", f"closes after {GOOD_PROBES} good answers"),
        ("Outcomes", f"After {PAUSED_AFTER_MS // 3_600_000} hours"),
    ],
)
def test_the_page_has_the_limits_of_the_code(heading: str, text: str) -> None:
    assert text in " ".join(section(heading).split())


def test_the_page_has_the_waits_between_attempts() -> None:
    said = re.findall(r"(\d+) (s|min|h)\b", section("Outcomes").partition("retried after ")[2].partition(", each")[0])
    units = {"s": 1_000, "min": 60_000, "h": 3_600_000}
    assert [int(number) * units[unit] for number, unit in said] == list(WAITS_MS)


def test_statuses_have_the_outcomes_of_the_page() -> None:
    rows = [line.split("|")[1:3] for line in section("Outcomes").splitlines() if line.startswith("| ")][1:]
    said = {
        int(status): name.strip().replace(" ", "_")
        for name, answer in rows
        for status in re.findall(r"\b\d{3}\b", answer)
    }
    assert len(said) > 10
    assert {status: outcome_of(Response(status, {}, b"")).result for status in said} == said
