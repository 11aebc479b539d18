"""Decisions in sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import passerby.identity.resolver
from passerby.console.story.decisions import WHAT, tell
from passerby.identity.decisions import DecisionKind
from passerby.state.views import HistoryIdentifier


def _named(namespace: str, value: str = "x") -> HistoryIdentifier:
    return HistoryIdentifier(namespace=namespace, value=value, scope="")


_EMAIL, _PHONE, _MOBILE, _DEVICE = map(_named, ("email", "phone", "mobile_id", "device_id"))


@pytest.mark.parametrize(
    "kind, reason, rule, words",
    [
        ("created", "R1: nobody known by these names", "R1", "nobody had used before"),
        ("attached", "R2: unknown before", "R2", "the app installation, which nobody had before"),
        (
            "attached",
            "R2: named before by an alias of this profile",
            "R2",
            "An earlier alias named the value of the app",
        ),
        ("attached", "an alias: device identifiers of this value belong to this profile", "", "brings it later joins"),
        (
            "merged",
            "R2: reached by the same message",
            "R2",
            "carried both the e-mail address of this profile and the app",
        ),
        ("merged", "R2: waited behind the same hint", "R2", "Somebody signed in on the app installation"),
        ("reassigned", "R3(a): two customers", "R3(a)", "The app installation belongs to whoever used it last"),
        ("conflict", "R3(a): two customer ids", "R3(a)", "two customers never become one"),
        ("conflict", "R3(b): different contacts", "R3(b)", "the app installation alone is no proof"),
        (
            "conflict",
            "an undo keeps these two apart",
            "by hand",
            "undid a merge of these two through the app installation",
        ),
        ("limited", "limit of mobile_id identifiers reached", "limit", "limit of app installation identifiers reached"),
        ("limited", "merged, they would exceed the limit of email", "limit", "exceed the limit of email"),
        ("blocked", "no name of anybody: on the block list", "", "no name of anybody"),
        ("undone", "undone by hand", "by hand", "took the merge back"),
        ("undone", "by hand, desk: no reason given", "by hand", "desk decided this, and gave no reason."),
        ("merged", "by hand, desk: same person, they called", "by hand", "the reason: same person, they called."),
    ],
)
def test_a_decision_names_its_rule_and_says_why(kind: DecisionKind, reason: str, rule: str, words: str) -> None:
    told = tell(kind, reason, _MOBILE, _EMAIL)
    assert (told.what, told.rule) == (WHAT[kind], rule)
    assert words in told.why


def test_a_merge_of_which_less_is_known_says_less() -> None:
    assert "this profile and the phone number of the other" in tell("merged", "R2: reached", _PHONE).why
    assert "an identifier of the other" in tell("merged", "R2: reached").why


def test_every_reason_of_the_resolver_has_been_told_here() -> None:
    """A new reason of the resolver needs words for people, and a line in the table above."""
    source = Path(passerby.identity.resolver.__file__).read_text()
    said = set(re.findall(r'"(R[123](?:\([ab]\))?: [^"]+|an undo [^"]+|an alias[^"]+|no name of [^"]+)"', source))
    assert said <= {case[1] for case in _table()} | {"R3(a): two customers"}


def _table() -> list[tuple[str, str]]:
    (mark,) = test_a_decision_names_its_rule_and_says_why.pytestmark  # type: ignore[attr-defined] # pytest puts it there
    return [case[:2] for case in mark.args[1]]
