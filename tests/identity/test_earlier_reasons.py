"""Every text that earlier versions wrote into the history becomes a record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.identity.decisions import COMMAND_LINE, UNKNOWN_ACTOR, WORKER, Actor, DecisionDetail, DecisionKind, Rule
from passerby.identity.earlier_reasons import author, parsed

D = DecisionDetail
DESK = Actor("api_token", "desk")

TEXTS: list[tuple[DecisionKind, str, Rule, Actor, DecisionDetail]] = [
    ("created", "R1: nobody known by these names", "R1", WORKER, D()),
    ("attached", "R2: unknown before", "R2", WORKER, D()),
    ("attached", "R2: named before by an alias of this profile", "alias", WORKER, D()),
    ("attached", "an alias: device identifiers of this value belong to this profile", "alias", WORKER, D()),
    ("merged", "R2: reached by the same message", "R2", WORKER, D()),
    ("merged", "R2: waited behind the same hint", "hint", WORKER, D()),
    ("reassigned", "R3(a): two customers", "R3a", WORKER, D()),
    ("reassigned", "R3(b): different contacts", "R3b", WORKER, D()),
    ("conflict", "R3(a): two customers", "R3a", WORKER, D()),
    ("conflict", "R3(a): two customer ids", "R3a", WORKER, D()),
    ("conflict", "R3(b): different contacts", "R3b", WORKER, D()),
    ("conflict", "an undo keeps these two apart", "undo", WORKER, D()),
    ("blocked", "no name of anybody: on the block list", "block_list", WORKER, D()),
    (
        "limited",
        "limit of mobile_id identifiers reached",
        "limit",
        WORKER,
        D(limited="identifier", namespace="mobile_id"),
    ),
    ("limited", "merged, they would exceed the limit of email", "limit", WORKER, D(limited="merge", namespace="email")),
    (
        "limited",
        "merged, they would exceed the limit of members",
        "limit",
        WORKER,
        D(limited="merge", namespace="members"),
    ),
    ("limited", "too many profiles wait behind this hint", "limit", WORKER, D(limited="hint")),
    ("undone", "undone by hand", "undo", UNKNOWN_ACTOR, D()),
    ("undone", "by hand, desk: no reason given", "undo", DESK, D()),
    ("undone", "by hand, the command line: a shared tablet", "undo", COMMAND_LINE, D(comment="a shared tablet")),
    (
        "merged",
        "by hand, a token without a label: same: person",
        "manual",
        Actor("api_token"),
        D(comment="same: person"),
    ),
    ("merged", "by hand, desk: x (against R3(a): two customers)", "manual", DESK, D(comment="x", overridden="R3a")),
    (
        "merged",
        "by hand, console user anna: no reason given (against R3(b): different contacts)",
        "manual",
        Actor("console_user", "anna"),
        D(overridden="R3b"),
    ),
    ("created", "by hand, desk: was sold", "manual", DESK, D(comment="was sold")),
    ("reassigned", "by hand, desk: was sold", "manual", DESK, D(comment="was sold")),
    ("merged", "by hand, desk: the detachment is undone", "undo", DESK, D()),
    ("merged", "by hand, desk: the detachment is undone: it is hers", "undo", DESK, D(comment="it is hers")),
    ("undone", "a text of no version", "undo", UNKNOWN_ACTOR, D(comment="a text of no version")),
    ("merged", "a text of no version", "manual", UNKNOWN_ACTOR, D(comment="a text of no version")),
]


@pytest.mark.parametrize("kind, text, rule, actor, detail", TEXTS)
def test_a_text_becomes_a_record(
    kind: DecisionKind, text: str, rule: Rule, actor: Actor, detail: DecisionDetail
) -> None:
    assert parsed(kind, text) == (rule, actor, detail)


@given(
    name=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1),
    comment=st.text(max_size=1_000).filter(lambda text: text not in {"no reason given", ""}),
)
def test_what_a_user_entered_is_kept(name: str, comment: str) -> None:
    assert author(f"by hand, console user {name}: {comment}") == (Actor("console_user", name), comment)
