"""A context in its parts."""

from __future__ import annotations

from passerby.console.presenters.summary import context_parts


def test_campaigns_have_a_section_of_their_own() -> None:
    context = {"ip": "127.0.0.1", "campaign_last": {"source": "mail"}, "campaign_first": {"source": "ad"}}
    assert context_parts(context) == [
        ("Campaign", [("first.source", "ad"), ("last.source", "mail")]),
        ("Device and app", [("ip", "127.0.0.1")]),
    ]


def test_what_is_not_known_is_no_part() -> None:
    assert context_parts({}) == []
    assert [title for title, _ in context_parts({"os": {"name": "x"}})] == ["Device and app"]
