"""Validation errors with advice, and annotations by subject."""

from __future__ import annotations

import re
from pathlib import Path

import passerby
from passerby.accounts.annotations import Annotation
from passerby.console.presenters.catalogue import advice, by_subject, error_label, not_received

_KIND = re.compile(r'(?:Violation|Finding)\(\s*"([a-z_0-9]+)"')


def test_every_kind_that_is_named_in_the_code_has_advice() -> None:
    source = Path(passerby.__file__).parent
    kinds = {kind for path in source.rglob("*.py") for kind in _KIND.findall(path.read_text())}
    assert len(kinds) > 8
    assert [kind for kind in sorted(kinds) if not advice(kind)] == []


def test_a_kind_without_advice_is_called_by_its_name() -> None:
    assert (error_label("odd_thing"), advice("odd_thing")) == ("Odd thing", "")


def _annotation(event: str, attribute: str = "", *, planned: bool = False) -> Annotation:
    return Annotation(event=event, attribute=attribute, planned=planned)


def test_annotations_are_found_by_what_they_describe() -> None:
    event, attribute, trait = _annotation("Bought"), _annotation("Bought", "price"), _annotation("", "plan")
    assert by_subject([event, attribute, trait]) == {
        ("Bought", ""): event,
        ("Bought", "price"): attribute,
        ("", "plan"): trait,
    }


def test_only_planned_events_can_be_missed() -> None:
    missed, came = _annotation("Never", planned=True), _annotation("Bought", planned=True)
    others = [_annotation("Other"), _annotation("Never", "price", planned=True), _annotation("", "plan", planned=True)]
    assert not_received([missed, came, *others], ["Bought"]) == [missed]
