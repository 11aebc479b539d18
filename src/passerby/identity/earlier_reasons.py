"""Converts decisions of earlier versions, which were stored with an English sentence, to records.

Versions up to 0.1 wrote one of the texts below into the history and into merges. Nothing writes them any more: this
module serves data directories of that time, and is removed together with the migration that needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from passerby.identity.decisions import (
    COMMAND_LINE,
    NO_DETAIL,
    UNKNOWN_ACTOR,
    WORKER,
    Actor,
    DecisionDetail,
    DecisionKind,
    Rule,
)

_RULES: Final[Mapping[str, Rule]] = {
    "R1: nobody known by these names": "R1",
    "R2: unknown before": "R2",
    "R2: reached by the same message": "R2",
    "R2: waited behind the same hint": "hint",
    "R2: named before by an alias of this profile": "alias",
    "an alias: device identifiers of this value belong to this profile": "alias",
    "R3(a): two customers": "R3a",
    "R3(a): two customer ids": "R3a",
    "R3(b): different contacts": "R3b",
    "an undo keeps these two apart": "undo",
    "no name of anybody: on the block list": "block_list",
}
_HINT_LIMIT: Final = "too many profiles wait behind this hint"
_MERGE_LIMIT: Final = "merged, they would exceed the limit of "
_IDENTIFIER_LIMIT: Final = ("limit of ", " identifiers reached")

_MANUAL: Final = "by hand, "
_NO_COMMENT: Final = "no reason given"
_DETACHMENT_UNDONE: Final = "the detachment is undone"
_OVERRIDDEN: Final[Mapping[str, Literal["R3a", "R3b"]]] = {
    " (against R3(a): two customers)": "R3a",
    " (against R3(b): different contacts)": "R3b",
}
_CONSOLE_USER: Final = "console user "
_NAMED: Final[Mapping[str, Actor]] = {
    "the command line": COMMAND_LINE,
    "a token without a label": Actor("api_token"),
}


def parsed(kind: DecisionKind, text: str) -> tuple[Rule, Actor, DecisionDetail]:
    """Return rule, actor and detail of a decision that was stored with this text.

    A text that no version wrote is kept as the comment of an unknown actor.
    """
    if text in _RULES:
        return _RULES[text], WORKER, NO_DETAIL
    if text.startswith(_MANUAL):
        return _manual(kind, text.removeprefix(_MANUAL))
    if kind == "limited":
        if text == _HINT_LIMIT:
            detail = DecisionDetail(limited="hint")
        elif text.startswith(_MERGE_LIMIT):
            detail = DecisionDetail(limited="merge", namespace=text.removeprefix(_MERGE_LIMIT))
        else:
            before, after = _IDENTIFIER_LIMIT
            detail = DecisionDetail(limited="identifier", namespace=text.removeprefix(before).removesuffix(after))
        return "limit", WORKER, detail
    rule: Rule = "undo" if kind == "undone" else "manual"
    return rule, UNKNOWN_ACTOR, NO_DETAIL if text == "undone by hand" else DecisionDetail(comment=text)


def author(text: str) -> tuple[Actor, str]:
    """Return the actor and the comment of a manual decision that was stored with this text."""
    _, actor, detail = parsed("created", text)
    return actor, detail.comment


def _manual(kind: DecisionKind, text: str) -> tuple[Rule, Actor, DecisionDetail]:
    """Read `actor: comment (overridden rule)`; the actor is a console user, the command line, or a token's label."""
    who, _, comment = text.partition(": ")
    overridden = next((ending for ending in _OVERRIDDEN if comment.endswith(ending)), "")
    comment = comment.removesuffix(overridden)
    rule: Rule = "undo" if kind == "undone" else "manual"
    # The undo of a detachment is a merge, and was told apart by its comment alone.
    if kind == "merged" and comment.startswith(_DETACHMENT_UNDONE):
        rule = "undo"
        comment = comment.removeprefix(_DETACHMENT_UNDONE).removeprefix(": ")
    if comment == _NO_COMMENT:
        comment = ""
    if who.startswith(_CONSOLE_USER):
        actor = Actor("console_user", who.removeprefix(_CONSOLE_USER))
    else:
        actor = _NAMED.get(who, Actor("api_token", who))
    return rule, actor, DecisionDetail(overridden=_OVERRIDDEN.get(overridden), comment=comment)
