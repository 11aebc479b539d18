"""What templates call."""

from __future__ import annotations

from tests.console.drawing.test_lanes import entry

from passerby.console.telling import graph, told
from passerby.state.views import HistoryIdentifier, MergeDetail


def _merge(by: HistoryIdentifier | None) -> MergeDetail:
    return MergeDetail(
        id="m",
        winner="a",
        loser="b",
        at="2026-11-20T10:00:00.000Z",
        message_id="",
        via=None,
        by=by,
        reason="R2: reached by the same message",
        undone_at=None,
        moved=[],
        undoable=True,
        built_on=None,
    )


def test_a_merge_is_told_with_what_named_the_profile_that_stayed_where_that_is_known() -> None:
    one = entry("merged", "b", "a")
    one.merge_id, one.identifier = "m", HistoryIdentifier(namespace="mobile_id", value="m-1", scope="")
    by = HistoryIdentifier(namespace="email", value="a@example.com", scope="")
    assert "the e-mail address" in told(one, {"m": _merge(by)}).why
    assert "the e-mail address" not in told(one, {"m": _merge(None)}).why
    assert "the e-mail address" not in told(one).why


def test_a_mark_of_the_graph_says_when_what_happened_to_whom() -> None:
    one, other = entry("attached", None, "a"), entry("created", None, "a")
    one.identifier = HistoryIdentifier(namespace="email", value="<a@example.com>", scope="")
    drawn = graph([other, one], "a", {})
    assert "2026-11-20T10:00:00.000Z Identifier added: &lt;a@example.com&gt;" in drawn
    assert "2026-11-20T10:00:00.000Z New profile<" in drawn
