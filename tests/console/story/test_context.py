"""A context in its parts."""

from __future__ import annotations

from passerby.console.story.context import parts


def test_campaigns_stand_apart_from_what_somebody_came_with() -> None:
    context = {"ip": "127.0.0.1", "campaign_last": {"source": "mail"}, "campaign_first": {"source": "ad"}}
    assert parts(context) == [
        ("Campaign", [("first.source", "ad"), ("last.source", "mail")]),
        ("Device and app", [("ip", "127.0.0.1")]),
    ]


def test_what_is_not_known_is_no_part() -> None:
    assert parts({}) == []
    assert [title for title, _ in parts({"os": {"name": "x"}})] == ["Device and app"]
