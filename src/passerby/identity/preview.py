"""Previews identity resolution: runs the resolver on a snapshot, without storing the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from passerby.identity.cleaning import Evidence
from passerby.identity.decisions import Decision
from passerby.identity.namespaces import Policy
from passerby.identity.resolver import Resolver
from passerby.identity.snapshot import IdentitySnapshot
from passerby.messages import Identifier


class Preview(NamedTuple):
    """The result of a message that is not stored.

    `target` is the profile that the message would be attributed to: None if it would be `created`, or if the message
    has no usable identifier and is not an event. In `decisions`, None means the profile that would be created.
    """

    target: str | None
    created: bool
    decisions: list[Decision]


def plain_target(owners: Mapping[Identifier, str], evidence: Evidence) -> str | None:
    """Fast path of `preview`: return the profile of a message whose identifiers all belong to one, else None.

    `owners` has the owners of the identifiers that the message mentions. The result is certain if all owned identifiers
    have the same owner and every customer and contact identifier is owned, because then no rule can merge, move or
    create anything. With hints or previous ids, or with new device identifiers in a project that has aliases, use
    `preview`.
    """
    if evidence.hints or evidence.previous:
        return None
    # One owner of all: R2 has nothing to absorb, and what is unknown among the weak would only be attached.
    found = {owners[name] for name in evidence.names if name in owners}
    strong = evidence.contacts if evidence.user_id is None else (evidence.user_id, *evidence.contacts)
    return found.pop() if len(found) == 1 and all(name in owners for name in strong) else None


def preview(known: IdentitySnapshot, evidence: Evidence, *, is_event: bool, policy: Policy) -> Preview:
    """Resolve one message. `known` is modified, so it must not be shared."""
    resolver = Resolver(known, policy)
    member = resolver.resolve("", evidence, is_event=is_event)
    target = None if member is None else resolver.canonical(member)
    made = resolver.created
    # A profile is created only if no known one can be the target, so it never loses a merge: `from_` is never new.
    decisions = [decision._replace(to=_existing(decision.to, made)) for decision in resolver.decisions]
    return Preview(_existing(target, made), target in made, decisions)


def _existing(profile: str | None, made: dict[str, None]) -> str | None:
    return None if profile in made else profile
