"""Identity policies as administrators set them: fields, validation, conversion for the resolver."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from passerby.accounts.errors import BadPolicy
from passerby.identity.cleaning import tidy
from passerby.identity.namespaces import CLASSES, FORMER_USER_ID, IdentifierClass, Policy, limits_of

HIGHEST_LIMIT: Final = 10_000
"""More identifiers than that make one profile's pages, merges and undos slow."""
MOST_NAMESPACES: Final = 20

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
FIXED: Final = frozenset({"user_id", "previous_id", FORMER_USER_ID})
"""Namespaces whose limits are part of the rules."""

Limit = Annotated[int, Meta(ge=1, le=HIGHEST_LIMIT)]
Value = Annotated[str, Meta(min_length=1, max_length=1_000)]
NamespaceClass = Literal["contact", "device", "advertising", "hint"]


class IdentityPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The identity policy of a project; applies to messages from its change on.

    `blocked_values` are ignored as identifiers, in addition to those blocked in every project. `limits` override the
    number of identifiers that a profile may hold, by namespace. `contact_traits` are the traits whose values are also
    contact identifiers. `namespaces` are additional namespaces with their class; they can be added but not removed.
    """

    blocked_values: Annotated[list[Value], Meta(max_length=1_000)] = []
    limits: dict[str, Limit] = {}
    contact_traits: list[Literal["email", "phone"]] = msgspec.field(default_factory=lambda: ["email", "phone"])
    namespaces: Annotated[dict[str, NamespaceClass], Meta(max_length=MOST_NAMESPACES)] = {}


class PolicyChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the policy: when (ms since 1970), by whom, from what and to what. `id` orders changes."""

    id: int
    at: int
    who: str
    before: IdentityPolicy
    after: IdentityPolicy


def check(policy: IdentityPolicy, current: IdentityPolicy) -> None:
    """Validate a policy that replaces the current one. Raises BadPolicy with all faults."""
    builtin = CLASSES.keys() | {FORMER_USER_ID}
    faults = [
        f"invalid namespace {name!r}: use lower-case letters, digits and _, and no built-in name"
        for name in policy.namespaces
        if name in builtin or not _NAME.fullmatch(name)
    ]
    faults += [
        f"namespace {name!r} must stay, as {class_}: profiles may hold identifiers of it"
        for name, class_ in current.namespaces.items()
        if policy.namespaces.get(name) != class_
    ]
    faults += [
        f"namespace {name!r} cannot have a limit: it is unknown, or its limit is part of the rules"
        for name in policy.limits
        if name in FIXED or name not in CLASSES.keys() | policy.namespaces.keys()
    ]
    if faults:
        raise BadPolicy("; ".join(faults))


def resolver_policy(policy: IdentityPolicy, phone_country: str = "") -> Policy:
    """Convert a policy to the form that the resolver uses."""
    classes = {**CLASSES, **{name: IdentifierClass[class_.upper()] for name, class_ in policy.namespaces.items()}}
    return Policy(
        classes=classes,
        limits=limits_of(classes) | policy.limits,
        # As identifiers are compared: an administrator may have copied a value with spaces or capitals.
        blocked=frozenset(tidy(value).lower() for value in policy.blocked_values),
        phone_country=phone_country or None,
        contact_traits=frozenset(policy.contact_traits),
    )
