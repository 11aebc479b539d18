"""The texts of identity decisions: a title, a reason in one line, and an explanation for readers without the rules.

This is the only place that makes sentences of `passerby.identity.decisions`. Every function accepts every combination
of kind, rule and detail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, Protocol

from passerby.identity.aliases import PREVIOUS_ID
from passerby.identity.decisions import NO_DETAIL, WORKER, Actor, DecisionDetail, DecisionKind, Rule
from passerby.identity.snapshot import MEMBER_LIMIT

TITLES: Final[Mapping[DecisionKind, str]] = {
    "created": "New profile",
    "attached": "Identifier added",
    "merged": "Profiles merged",
    "reassigned": "Identifier moved",
    "conflict": "Merge blocked",
    "limited": "Limit reached",
    "blocked": "Identifier ignored",
    "undone": "Merge undone",
}

RULE_LABELS: Final[Mapping[Rule, str]] = {
    "R1": "R1",
    "R2": "R2",
    "R3a": "R3a",
    "R3b": "R3b",
    "hint": "hint",
    "alias": "alias",
    "limit": "limit",
    "block_list": "block list",
    "manual": "manual",
    "undo": "undo",
}


class Named(Protocol):
    """An identifier, as far as a text names it."""

    @property
    def namespace(self) -> str: ...


class Facts(NamedTuple):
    """What the texts of a decision depend on. `by` is the identifier that named the winner of a merge."""

    kind: DecisionKind
    rule: Rule
    identifier: Named | None = None
    by: Named | None = None
    actor: Actor = WORKER
    detail: DecisionDetail = NO_DETAIL


class Recorded(Protocol):
    """A decision as it is stored."""

    @property
    def kind(self) -> DecisionKind: ...
    @property
    def rule(self) -> Rule: ...
    @property
    def identifier(self) -> Named | None: ...
    @property
    def by(self) -> Named | None: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def detail(self) -> DecisionDetail: ...


def facts_of(record: Recorded) -> Facts:
    """Return what the texts of a stored decision depend on."""
    return Facts(record.kind, record.rule, record.identifier, record.by, record.actor, record.detail)


def reason(facts: Facts) -> str:
    """Return the rule and the reason in one line, for example "R1: no known identifier: new profile"."""
    return f"{RULE_LABELS[facts.rule]}: {_REASONS[facts.rule](facts)}"


def explanation(facts: Facts, label: Callable[[str], str]) -> str:
    """Return the reason in sentences. `label` gives the display name of a namespace, for example "email address"."""
    this = "an identifier" if facts.identifier is None else f"the {label(facts.identifier.namespace)}"
    by = "" if facts.by is None else f"the {label(facts.by.namespace)}"
    return _EXPLANATIONS[facts.rule](facts, this, by, label)


def actor_name(actor: Actor) -> str:
    """Return the actor as part of a sentence, for example "console user anna"."""
    if actor.kind == "api_token":
        return f"API token “{actor.name}”" if actor.name else "an API token without a label"
    if actor.kind == "console_user":
        return f"console user {actor.name}" if actor.name else "a console user"
    return {"worker": "the worker", "command_line": "the command line"}.get(actor.kind, "an unknown actor")


# Reasons


def _limit_reason(facts: Facts) -> str:
    detail, most = facts.detail, _most(facts.detail)
    if detail.limited == "merge":
        what = "members" if detail.namespace == MEMBER_LIMIT else f"{detail.namespace} identifiers".lstrip()
        return f"the merged profile would have more than {most} {what}"
    if detail.limited == "hint":
        return f"at most {most} anonymous profiles per hint"
    return f"at most {most} {detail.namespace or 'such'} identifiers per profile"


def _most(detail: DecisionDetail) -> str:
    """The limit, which decisions of earlier versions do not have."""
    return "the allowed number of" if detail.limit is None else f"{detail.limit:,}"


def _is_previous_id(facts: Facts) -> bool:
    return facts.identifier is not None and facts.identifier.namespace == PREVIOUS_ID


def _manual_reason(facts: Facts) -> str:
    done = "merged" if facts.kind == "merged" else "identifier detached"
    overriding = f", overriding {facts.detail.overridden}" if facts.detail.overridden else ""
    return f"{done} by {actor_name(facts.actor)}{overriding}{_comment(facts)}"


def _undo_reason(facts: Facts) -> str:
    if facts.kind not in {"undone", "merged"}:
        return "a merge of these profiles through this identifier was undone before"
    undone = "merge" if facts.kind == "undone" else "detachment"
    return f"{undone} undone by {actor_name(facts.actor)}{_comment(facts)}"


def _comment(facts: Facts) -> str:
    return f": {facts.detail.comment}" if facts.detail.comment else ""


_REASONS: Final[Mapping[Rule, Callable[[Facts], str]]] = {
    "R1": lambda _: "no known identifier: new profile",
    "R2": lambda facts: (
        "identifiers of both profiles in one message" if facts.kind == "merged" else "identifier not known before"
    ),
    "R3a": lambda _: "both profiles have a user ID",
    "R3b": lambda _: "the profiles have different contact identifiers",
    "hint": lambda _: "a user signed in on the device of the anonymous profile",
    "alias": lambda facts: (
        "recorded as a previous ID of the profile"
        if _is_previous_id(facts)
        else "the value was recorded before as a previous ID of the profile"
    ),
    "limit": _limit_reason,
    "block_list": lambda _: "the value does not identify a user",
    "manual": _manual_reason,
    "undo": _undo_reason,
}


# Explanations


def _same_message(facts: Facts, this: str, by: str, _: Callable[[str], str]) -> str:
    if facts.kind != "merged":
        return f"A message of this profile contained {this}, which was not known before."
    if not by:
        return f"One message named this profile and contained {this} of the other profile."
    return f"One message contained both {by} of this profile and {this} of the other profile."


def _outcome(facts: Facts, this: str) -> str:
    """What happened to an identifier that did not merge two profiles."""
    if facts.kind == "reassigned":
        return f"{_capital(this)} now belongs to the profile that used it last; its earlier events stay where they are."
    return f"{_capital(this)} stays with its profile."


def _limited(facts: Facts, this: str, _by: str, label: Callable[[str], str]) -> str:
    detail, most = facts.detail, _most(facts.detail)
    counted = f"identifiers of type “{label(detail.namespace)}”" if detail.namespace else "identifiers of this type"
    if detail.namespace == MEMBER_LIMIT:
        counted = "merged profiles"
    if detail.limited == "merge":
        return f"The profiles were not merged: together they would have more than {most} {counted}."
    if detail.limited == "hint":
        return f"The profile was not linked to {this}: at most {most} anonymous profiles are linked to one."
    return f"{_capital(this)} was not added: a profile has at most {most} {counted}."


def _manual(facts: Facts, _this: str, _by: str, _: Callable[[str], str]) -> str:
    done = "Merged" if facts.kind == "merged" else "Detached"
    overriding = f", overriding rule {facts.detail.overridden}" if facts.detail.overridden else ""
    return f"{done} manually by {actor_name(facts.actor)}{overriding}. {_quoted(facts)}"


def _undone(facts: Facts, this: str, _by: str, _: Callable[[str], str]) -> str:
    if facts.kind == "undone":
        lasting = "The profiles do not merge again through the same identifier."
        return f"Undone by {actor_name(facts.actor)}. {lasting} {_quoted(facts)}"
    if facts.kind == "merged":
        return f"{_capital(actor_name(facts.actor))} undid a detachment. {_quoted(facts)}"
    return f"A merge of these profiles through {this} was undone before. {_outcome(facts, this)}"


def _quoted(facts: Facts) -> str:
    return f"Reason: {facts.detail.comment}" if facts.detail.comment else "No reason was given."


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


_EXPLANATIONS: Final[Mapping[Rule, Callable[[Facts, str, str, Callable[[str], str]], str]]] = {
    "R1": lambda *_: "No identifier of the message was known, so a new profile was created.",
    "R2": _same_message,
    "R3a": lambda facts, this, _by, _label: (
        f"Both profiles have a user ID, so they are not merged. {_outcome(facts, this)}"
    ),
    "R3b": lambda facts, this, _by, _label: (
        f"The profiles have different email addresses or phone numbers, and {this} alone does not prove a match. "
        f"{_outcome(facts, this)}"
    ),
    "hint": lambda _facts, this, _by, _label: (
        f"A user signed in on {this}, which this visitor used before signing in and no other user has used since."
    ),
    "alias": lambda facts, this, _by, _label: (
        "An alias names this value as a previous ID of this profile: a device that sends it later is added."
        if _is_previous_id(facts)
        else f"An earlier alias names the value of {this} as a previous ID of this profile."
    ),
    "limit": _limited,
    "block_list": lambda _facts, this, _by, _label: (
        f"The value sent as {this} is on the block list: it does not identify a user."
    ),
    "manual": _manual,
    "undo": _undone,
}
