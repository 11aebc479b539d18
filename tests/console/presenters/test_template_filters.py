"""Texts made by template filters."""

from __future__ import annotations

import msgspec
from tests.console.charts.test_lanes import entry

from passerby.console.presenters.template_filters import DecisionTexts, decision_texts, graph, merge_texts
from passerby.identity.decisions import NO_DETAIL, WORKER, Decision
from passerby.messages import Identifier
from passerby.state.views import Merge

_DEVICE = Identifier("mobile_id", "m-1")
_EMAIL = Identifier("email", "a@example.com")
_BOTH = "One message contained both the email address of this profile and the mobile ID of the other profile."


def test_a_decision_has_a_title_a_rule_and_an_explanation() -> None:
    one = msgspec.structs.replace(entry("merged", "b", "a"), identifier=_DEVICE, by=_EMAIL)
    assert decision_texts(one) == DecisionTexts("Profiles merged", "R2", _BOTH)


def test_a_merge_has_the_same_texts() -> None:
    merge = Merge(
        id="m",
        winner="a",
        loser="b",
        at=1_795_168_800_000,
        message_id="",
        via=_DEVICE,
        by=_EMAIL,
        rule="R2",
        actor=WORKER,
        detail=NO_DETAIL,
        undone_at=None,
    )
    assert merge_texts(merge) == DecisionTexts("Profiles merged", "R2", _BOTH)


def test_a_step_of_a_preview_has_the_same_texts() -> None:
    step = Decision("merged", "", _DEVICE, "b", "a", "R2", by=_EMAIL)
    assert decision_texts(step) == DecisionTexts("Profiles merged", "R2", _BOTH)


def test_a_mark_of_the_graph_names_time_event_and_profile() -> None:
    identifier = Identifier("email", "<a@example.com>")
    one = msgspec.structs.replace(entry("attached", None, "a"), identifier=identifier)
    other = entry("created", None, "a")
    drawn = graph([other, one], "a", {})
    assert "2026-11-20T10:00:00.000Z Identifier added: &lt;a@example.com&gt;" in drawn
    assert "2026-11-20T10:00:00.000Z New profile<" in drawn
