"""The texts of identity decisions."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passerby.identity.decisions import (
    COMMAND_LINE,
    UNKNOWN_ACTOR,
    Actor,
    DecisionDetail,
    DecisionKind,
    Rule,
)
from passerby.messages import Identifier
from passerby.presenters.decisions import RULE_LABELS, TITLES, Facts, actor_name, explanation, reason

MOBILE, EMAIL, PREVIOUS, DEVICE = (
    Identifier(namespace, "x") for namespace in ("mobile_id", "email", "previous_id", "device_id")
)
ANNA = Actor("console_user", "anna")


def label(namespace: str) -> str:
    return namespace.replace("_", " ")


@pytest.mark.parametrize(
    "facts, short, long",
    [
        (Facts("created", "R1"), "R1: no known identifier: new profile", "so a new profile was created."),
        (
            Facts("attached", "R2", MOBILE),
            "R2: identifier not known before",
            "contained the mobile id, which was not known before.",
        ),
        (
            Facts("attached", "alias", PREVIOUS),
            "alias: recorded as a previous ID of the profile",
            "a device that sends it later is added.",
        ),
        (
            Facts("attached", "alias", MOBILE),
            "alias: the value was recorded before as a previous ID of the profile",
            "An earlier alias names the value of the mobile id as a previous ID of this profile.",
        ),
        (
            Facts("merged", "R2", MOBILE, EMAIL),
            "R2: identifiers of both profiles in one message",
            "contained both the email of this profile and the mobile id of the other profile.",
        ),
        (
            Facts("merged", "R2", MOBILE),
            "R2: identifiers of both profiles in one message",
            "named this profile and contained the mobile id of the other profile.",
        ),
        (
            Facts("merged", "hint", DEVICE, EMAIL),
            "hint: a user signed in on the device of the anonymous profile",
            "A user signed in on the device id, which this visitor used",
        ),
        (
            Facts("reassigned", "R3a", MOBILE),
            "R3a: both profiles have a user ID",
            "The mobile id now belongs to the profile that used it last",
        ),
        (
            Facts("conflict", "R3a", EMAIL),
            "R3a: both profiles have a user ID",
            "so they are not merged. The email stays with its profile.",
        ),
        (
            Facts("conflict", "R3b", MOBILE),
            "R3b: the profiles have different contact identifiers",
            "the mobile id alone does not prove a match.",
        ),
        (
            Facts("conflict", "undo", MOBILE),
            "undo: a merge of these profiles through this identifier was undone before",
            "A merge of these profiles through the mobile id was undone before. The mobile id stays with its profile.",
        ),
        (
            Facts("blocked", "block_list", MOBILE),
            "block list: the value does not identify a user",
            "The value sent as the mobile id is on the block list",
        ),
        (
            Facts(
                "limited",
                "limit",
                MOBILE,
                detail=DecisionDetail(namespace="mobile_id", limit=1000, limited="identifier"),
            ),
            "limit: at most 1,000 mobile_id identifiers per profile",
            "The mobile id was not added: a profile has at most 1,000 identifiers of type “mobile id”.",
        ),
        (
            Facts("limited", "limit", MOBILE, detail=DecisionDetail(namespace="email", limit=20, limited="merge")),
            "limit: the merged profile would have more than 20 email identifiers",
            "together they would have more than 20 identifiers of type “email”.",
        ),
        (
            Facts("limited", "limit", MOBILE, detail=DecisionDetail(namespace="members", limit=500, limited="merge")),
            "limit: the merged profile would have more than 500 members",
            "together they would have more than 500 merged profiles.",
        ),
        (
            Facts("limited", "limit", DEVICE, detail=DecisionDetail(namespace="device_id", limit=100, limited="hint")),
            "limit: at most 100 anonymous profiles per hint",
            "not linked to the device id: at most 100 anonymous profiles are linked to one.",
        ),
        (
            Facts("limited", "limit", MOBILE, detail=DecisionDetail(namespace="mobile_id", limited="identifier")),
            "limit: at most the allowed number of mobile_id identifiers per profile",
            "a profile has at most the allowed number of identifiers of type “mobile id”.",
        ),
        (
            Facts("merged", "manual", actor=ANNA, detail=DecisionDetail(overridden="R3b", comment="they called")),
            "manual: merged by console user anna, overriding R3b: they called",
            "Merged manually by console user anna, overriding rule R3b. Reason: they called",
        ),
        (
            Facts("reassigned", "manual", MOBILE, actor=COMMAND_LINE),
            "manual: identifier detached by the command line",
            "Detached manually by the command line. No reason was given.",
        ),
        (
            Facts("undone", "undo", MOBILE, actor=Actor("api_token", "desk"), detail=DecisionDetail(comment="shared")),
            "undo: merge undone by API token “desk”: shared",
            "Undone by API token “desk”. The profiles do not merge again through the same identifier. Reason: shared",
        ),
        (
            Facts("merged", "undo", actor=UNKNOWN_ACTOR),
            "undo: detachment undone by an unknown actor",
            "An unknown actor undid a detachment.",
        ),
    ],
)
def test_a_decision_has_a_reason_and_an_explanation(facts: Facts, short: str, long: str) -> None:
    assert reason(facts) == short
    assert long in explanation(facts, label)


identifiers = st.one_of(st.none(), st.sampled_from([MOBILE, EMAIL, PREVIOUS, DEVICE]))
details = st.builds(
    DecisionDetail,
    namespace=st.sampled_from(["", "members", "email"]),
    limit=st.none() | st.integers(1, 10**6),
    limited=st.sampled_from([None, "identifier", "merge", "hint"]),
    overridden=st.sampled_from([None, "R3a", "R3b"]),
    comment=st.sampled_from(["", "they called"]),
)
actors = st.builds(
    Actor,
    kind=st.sampled_from(["worker", "api_token", "console_user", "command_line", "unknown"]),
    name=st.sampled_from(["", "anna"]),
)
facts = st.builds(
    Facts,
    kind=st.sampled_from(get_args(DecisionKind)),
    rule=st.sampled_from(get_args(Rule)),
    identifier=identifiers,
    by=identifiers,
    actor=actors,
    detail=details,
)
PLACEHOLDER = re.compile(r"[{}<>]|%s|None|\bNULL\b|Literal|lambda|  | ,| \.|  +|\(\)|_list|“”")


@given(facts)
@example(Facts("limited", "limit", EMAIL, detail=DecisionDetail(limited="merge")))
def test_every_decision_has_complete_sentences(facts: Facts) -> None:
    for text in (reason(facts), explanation(facts, label), TITLES[facts.kind], RULE_LABELS[facts.rule]):
        assert text
        assert not PLACEHOLDER.search(text)
    assert explanation(facts, label)[0].isupper()


@given(actors)
def test_every_actor_has_a_name(actor: Actor) -> None:
    assert actor_name(actor).strip()
    assert actor.label.strip()


def test_every_kind_and_every_rule_has_a_label() -> None:
    assert set(TITLES) == set(get_args(DecisionKind))
    assert set(RULE_LABELS) == set(get_args(Rule))
