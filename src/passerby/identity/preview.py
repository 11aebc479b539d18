"""What a message would do, without doing it: the resolver itself, on what is known at one moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from passerby.identity.cleaning import Evidence
from passerby.identity.decisions import Decision
from passerby.identity.known import Known
from passerby.identity.namespaces import Policy
from passerby.identity.resolver import Resolver


class Preview(NamedTuple):
    """What would come of a message.

    `target` is the profile that it would be recorded under: None where it would be `created`, or where the message
    names nobody and is no event. In `decisions`, None stands for the profile that would be made.
    """

    target: str | None
    created: bool
    decisions: list[Decision]


def preview(known: Known, evidence: Evidence, *, is_event: bool, policy: Policy, new_id: Callable[[], str]) -> Preview:
    """Resolve one message by the rules. `known` is used up: it must not be anybody else's."""
    resolver = Resolver(known, new_id, policy)
    target = resolver.resolve("", evidence, is_event=is_event)
    made = resolver.created
    # A profile is only made where nobody can be joined, so that it is nobody's loser: `from_` is never one of these.
    decisions = [decision._replace(to=_existing(decision.to, made)) for decision in resolver.decisions]
    return Preview(_existing(target, made), target in made, decisions)


def _existing(profile: str | None, made: dict[str, None]) -> str | None:
    return None if profile in made else profile
