"""Validation errors with advice, and annotations by subject."""

from __future__ import annotations

import re
from pathlib import Path

import passerby
from passerby.console.presenters.catalogue import advice, by_subject, error_label, not_received
from passerby.services.management_answers import MarkInfo

_KIND = re.compile(r'(?:Violation|Finding)\(\s*"([a-z_0-9]+)"')


def test_every_kind_that_is_named_in_the_code_has_advice() -> None:
    source = Path(passerby.__file__).parent
    kinds = {kind for path in source.rglob("*.py") for kind in _KIND.findall(path.read_text())}
    assert len(kinds) > 8
    assert [kind for kind in sorted(kinds) if not advice(kind)] == []


def test_a_kind_without_advice_is_called_by_its_name() -> None:
    assert (error_label("odd_thing"), advice("odd_thing")) == ("Odd thing", "")


def _mark(event: str | None, attribute: str | None = None, *, planned: bool = False) -> MarkInfo:
    return MarkInfo(
        event=event, attribute=attribute, planned=planned, hidden=False, description="", changed_at=None, who=""
    )


def test_marks_are_found_by_what_they_are_of() -> None:
    event, attribute, trait = _mark("Bought"), _mark("Bought", "price"), _mark(None, "plan")
    assert by_subject([event, attribute, trait]) == {
        ("Bought", ""): event,
        ("Bought", "price"): attribute,
        ("", "plan"): trait,
    }


def test_only_planned_events_can_be_missed() -> None:
    missed, came = _mark("Never", planned=True), _mark("Bought", planned=True)
    others = [_mark("Other"), _mark("Never", "price", planned=True), _mark(None, "plan", planned=True)]
    assert not_received([missed, came, *others], ["Bought"]) == [missed]
