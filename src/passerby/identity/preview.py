"""What a message would do, without doing it: the resolver itself, on what is known at one moment."""

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
    """What would come of a message.

    `target` is the profile that it would be attributed to: None where it would be `created`, or where the message
    names nobody and is no event. In `decisions`, None stands for the profile that would be made.
    """

    target: str | None
    created: bool
    decisions: list[Decision]


def plain_target(owners: Mapping[Identifier, str], evidence: Evidence) -> str | None:
    """The profile that such a message would be recorded under, where that is plain without asking the resolver.

    `owners` are those of the identifiers that the message mentions. It is plain where all that are owned have one owner
    and every customer and contact identifier among them is owned: nobody else is named, nobody can be joined. Hints and
    previous ids are never plain. None: ask `preview`; also for new device identifiers where the project has aliases.
    """
    if evidence.hints or evidence.previous:
        return None
    found = {owners[name] for name in evidence.names if name in owners}
    strong = evidence.contacts if evidence.user_id is None else (evidence.user_id, *evidence.contacts)
    return found.pop() if len(found) == 1 and all(name in owners for name in strong) else None


def preview(known: IdentitySnapshot, evidence: Evidence, *, is_event: bool, policy: Policy) -> Preview:
    """Resolve one message by the rules. `known` is used up: it must not be anybody else's."""
    resolver = Resolver(known, policy)
    member = resolver.resolve("", evidence, is_event=is_event)
    target = None if member is None else resolver.canonical(member)
    made = resolver.created
    # A profile is only made where nobody can be joined, so that it is nobody's loser: `from_` is never one of these.
    decisions = [decision._replace(to=_existing(decision.to, made)) for decision in resolver.decisions]
    return Preview(_existing(target, made), target in made, decisions)


def _existing(profile: str | None, made: dict[str, None]) -> str | None:
    return None if profile in made else profile
