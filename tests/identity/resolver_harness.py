"""A resolver without initial state, with short methods to send messages and to query the result."""

from __future__ import annotations

from itertools import count

from passerby.identity.cleaning import collect_evidence
from passerby.identity.decisions import Decision
from passerby.identity.namespaces import CLASSES, DEFAULT_POLICY, Policy
from passerby.identity.resolver import Resolver
from passerby.identity.snapshot import IdentitySnapshot, IdentityState
from passerby.identity.stage import Stage
from passerby.messages import Identifier


def user(value: str) -> Identifier:
    return Identifier("user_id", value)


def email(value: str, unit: str = "") -> Identifier:
    return Identifier("email", value, unit)


def phone(value: str) -> Identifier:
    return Identifier("phone", value)


def mobile(value: str) -> Identifier:
    return Identifier("mobile_id", value)


def visitor(value: str) -> Identifier:
    return Identifier("anonymous_id", value)


def aaid(value: str) -> Identifier:
    return Identifier("aaid", value)


def device(value: str) -> Identifier:
    return Identifier("device_id", value)


def limited(**of_class: int) -> Policy:
    """A policy with these limits, by the class's name in lower case, in place of the usual ones."""
    named = {namespace: of_class.get(class_.name.lower()) for namespace, class_ in CLASSES.items()}
    limits = {namespace: limit for namespace, limit in named.items() if limit is not None}
    return Policy(limits=dict(DEFAULT_POLICY.limits) | limits)


class ResolverHarness:
    """A resolver. Ids of profiles and merges come from one ascending sequence: p01, p02, ..."""

    def __init__(self, policy: Policy = DEFAULT_POLICY) -> None:
        numbers, self._messages = count(1), count(1)
        self.resolver = Resolver(IdentitySnapshot(), policy, lambda *_: f"p{next(numbers):02}")
        self._returned = 0

    def identify(self, *identifiers: Identifier) -> str:
        """Resolve an identify call; return the canonical profile, which must exist."""
        member = self._resolve(identifiers, is_event=False)
        assert member is not None
        return self.canonical(member)

    def track(self, *identifiers: Identifier) -> str:
        """Resolve a track call; return its canonical profile."""
        return self.canonical(self.recorded_under(*identifiers))

    def recorded_under(self, *identifiers: Identifier) -> str:
        """Resolve a track call; return the member profile under which the event is recorded."""
        member = self._resolve(identifiers, is_event=True)
        assert member is not None
        return member

    def ignored(self, *identifiers: Identifier) -> bool:
        """Whether an identify call with these identifiers resolves to no profile."""
        return self._resolve(identifiers, is_event=False) is None

    def owner(self, identifier: Identifier) -> str | None:
        """The canonical profile that owns this identifier."""
        home = self.home(identifier)
        return None if home is None else self.resolver.canonical(home)

    def home(self, identifier: Identifier) -> str | None:
        """The member profile to which this identifier is attached."""
        return self.resolver.known.homes.get(identifier)

    def state(self, identifier: Identifier) -> IdentityState:
        owner = self.owner(identifier)
        assert owner is not None
        return self.resolver.known.states[owner]

    def stage(self, identifier: Identifier) -> Stage:
        return self.state(identifier).stage

    def canonical(self, profile: str) -> str:
        """The canonical profile of this one."""
        return self.resolver.canonical(profile)

    def new_decisions(self) -> list[Decision]:
        """The decisions since the previous call of this method."""
        first, self._returned = self._returned, len(self.resolver.decisions)
        return self.resolver.decisions[first:]

    def kinds(self) -> list[str]:
        """The kinds of the new decisions."""
        return [decision.kind for decision in self.new_decisions()]

    def separate(self, identifier: Identifier, one: str, other: str) -> None:
        """Record that an undo has separated these two profiles for this identifier."""
        self.resolver.known.separations.setdefault(identifier, set()).add(frozenset((one, other)))

    def _resolve(self, identifiers: tuple[Identifier, ...], *, is_event: bool) -> str | None:
        evidence = collect_evidence(identifiers, self.resolver.policy)
        return self.resolver.resolve(f"message-{next(self._messages)}", evidence, is_event=is_event)
