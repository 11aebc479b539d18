"""What people say of the catalogue."""

from __future__ import annotations

from passerby.console.presenters.annotations import by_subject, never_came
from passerby.services.management_answers import MarkInfo


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
    assert never_came([missed, came, *others], ["Bought"]) == [missed]
