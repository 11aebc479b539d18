"""A decision about identity in sentences: what happened, and why, for people who never read the rules.

The rules are those of `passerby.identity.resolver`; `Told.rule` names the one behind a decision (`R1` to `R3(b)`), and
is `by hand` for what a person decided and `limit` for what a limit kept from happening.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from passerby.console.story import words
from passerby.identity.decisions import DecisionKind
from passerby.state.protocol import NO_REASON
from passerby.state.views import HistoryIdentifier

BY_HAND: Final = "by hand"
LIMIT: Final = "limit"
_RULE: Final = re.compile(r"R[123](?:\([ab]\))?")
_HAND: Final = "by hand, "

WHAT: Final[Mapping[DecisionKind, str]] = {
    "created": "New profile",
    "attached": "Identifier added",
    "merged": "Two profiles became one",
    "reassigned": "Identifier moved",
    "conflict": "Kept apart",
    "limited": "Limit reached",
    "blocked": "Value ignored",
    "undone": "Merge undone",
}


class Told(NamedTuple):
    """A decision: what happened in a few words, the rule behind it (empty where there is none), and why."""

    what: str
    rule: str
    why: str


def tell(
    kind: DecisionKind, reason: str, identifier: HistoryIdentifier | None = None, by: HistoryIdentifier | None = None
) -> Told:
    """The words for a decision about this identifier; `by` named the profile that stayed, as far as is known."""
    what = WHAT[kind]
    if reason.startswith(_HAND):
        return Told(what, BY_HAND, _by_hand(reason.removeprefix(_HAND)))
    return Told(what, _rule(kind, reason), _why(kind, reason, _named(identifier), _named(by)))


def _rule(kind: DecisionKind, reason: str) -> str:
    found = _RULE.match(reason)
    if found:
        return found[0]
    return {"limited": LIMIT, "undone": BY_HAND, "conflict": BY_HAND}.get(kind, "")


def _by_hand(reason: str) -> str:
    who, _, why = reason.partition(": ")
    if why == NO_REASON:
        return f"{who} decided this, and gave no reason."
    return f"{who} decided this, and gave the reason: {why}."


def _named(identifier: HistoryIdentifier | None) -> str:
    return "an identifier" if identifier is None else f"the {words.namespace(identifier.namespace)}"


def _why(kind: DecisionKind, reason: str, this: str, by: str) -> str:
    if kind == "merged":
        return _why_merged(reason, this, by)
    if kind in _END:
        return _why_apart(kind, reason, this)
    if kind == "attached" and "alias" in reason:
        return _why_aliased(reason, this)
    return _WHY[kind].format(this=this, reason=_plain(reason))


_WHY: Final[Mapping[DecisionKind, str]] = {
    "created": "A message came with identifiers that nobody had used before, so somebody new was here.",
    "attached": "A message that belongs to this profile brought {this}, which nobody had before.",
    "undone": "Somebody took the merge back. The two won't become one through the same identifier again.",
    "blocked": "What was sent as {this} is a filler such as “unknown” or “null”, which is no name of anybody.",
    "limited": "One profile may hold only so many identifiers, so that {this} was not added: {reason}.",
}


def _why_merged(reason: str, this: str, by: str) -> str:
    if "hint" in reason:
        return f"Somebody signed in on {this} that this visitor had used before signing in, and nobody else had since."
    if by == "an identifier":
        return f"One message named this profile and {this} of the other one together, so both are the same person."
    return f"One message carried both {by} of this profile and {this} of the other one, so both are the same person."


def _why_aliased(reason: str, this: str) -> str:
    if reason.startswith("an alias"):
        return "An alias named this value as a previous id of this profile: a device that brings it later joins it."
    return f"An earlier alias named the value of {this} as a previous id of this profile."


def _why_apart(kind: DecisionKind, reason: str, this: str) -> str:
    end = _END[kind]
    if reason.startswith("R3(a)"):
        return f"Both are customers with a customer id of their own, and two customers never become one. {end(this)}"
    if reason.startswith("R3(b)"):
        return f"They have different e-mail addresses or phone numbers, and {this} alone is no proof. {end(this)}"
    return f"Somebody undid a merge of these two through {this}, and that is remembered. {end(this)}"


def _stays(this: str) -> str:
    return f"{this[0].upper()}{this[1:]} stays where it was."


def _moves(this: str) -> str:
    return (
        f"{this[0].upper()}{this[1:]} belongs to whoever used it last; what it did before stays with its old profile."
    )


_END: Final[Mapping[DecisionKind, Callable[[str], str]]] = {"conflict": _stays, "reassigned": _moves}


def _plain(reason: str) -> str:
    """A reason of the resolver, without the names that only programs use."""
    return re.sub(r"[a-z]+(?:_[a-z]+)+", lambda found: words.namespace(found[0]), reason)
