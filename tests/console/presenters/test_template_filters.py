"""Texts made by template filters."""

from __future__ import annotations

from tests.console.charts.test_lanes import entry

from passerby.console.presenters.template_filters import DecisionTexts, decision_texts, graph, merge_texts, step_texts
from passerby.identity.decisions import NO_DETAIL, WORKER
from passerby.services.answers import Step
from passerby.state.views import HistoryIdentifier, Merge

_DEVICE = HistoryIdentifier(namespace="mobile_id", value="m-1", scope="")
_EMAIL = HistoryIdentifier(namespace="email", value="a@example.com", scope="")
_BOTH = "One message contained both the email address of this profile and the mobile ID of the other profile."


def test_a_decision_has_a_title_a_rule_and_an_explanation() -> None:
    one = entry("merged", "b", "a")
    one.identifier, one.by = _DEVICE, _EMAIL
    assert decision_texts(one) == DecisionTexts("Profiles merged", "R2", _BOTH)


def test_a_merge_has_the_same_texts() -> None:
    merge = Merge(
        id="m",
        winner="a",
        loser="b",
        at="2026-11-20T10:00:00.000Z",
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
    step = Step(identifier=_DEVICE, from_="b", to="a", rule="R2", detail=NO_DETAIL, by=_EMAIL, reason="")
    assert step_texts(step, "merged") == DecisionTexts("Profiles merged", "R2", _BOTH)


def test_a_mark_of_the_graph_names_time_event_and_profile() -> None:
    one, other = entry("attached", None, "a"), entry("created", None, "a")
    one.identifier = HistoryIdentifier(namespace="email", value="<a@example.com>", scope="")
    drawn = graph([other, one], "a", {})
    assert "2026-11-20T10:00:00.000Z Identifier added: &lt;a@example.com&gt;" in drawn
    assert "2026-11-20T10:00:00.000Z New profile<" in drawn
