"""The three rules of identity resolution (`docs/explanation/identity.md`).

R1  The strongest identifier selects the profile: the *target* of a message.
R2  The target absorbs all other profiles that the message's identifiers belong to; unknown identifiers are attached.
R3  Two users never merge: (a) not two customers, (b) on weak evidence alone not two profiles that hold contacts in the
    same namespace. Then a device or advertising identifier moves to the target, and any other stays where it is.

An alias is a message that carries a *previous id*, the weakest identifier that there is. A new device identifier whose
value is a known previous id is attached to the owner of the previous id before its message is resolved.

One more rule comes from undone merges: two profiles that an undo separated do not merge again through the same
identifier, which stays with the profile that the undo gave it to.

Every identifier is at home in one member profile and belongs to that member's canonical profile. A message is recorded
in the home of the identifier that named its target (R1), in the target itself where none did. Identifiers that the
message attaches or moves get the same home. Therefore an undo only has to remove one pointer, and events received
after the merge return to the right side as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from passerby.identity.aliases import as_customer, previous_of
from passerby.identity.cleaning import Evidence
from passerby.identity.decisions import NO_DETAIL, Decision, DecisionDetail, DecisionKind, Rule
from passerby.identity.ids import caused_id
from passerby.identity.namespaces import DEFAULT_POLICY, IdentifierClass, Policy
from passerby.identity.snapshot import MEMBER_LIMIT, IdentitySnapshot, IdentityState, exceeded_limit
from passerby.identity.stage import Stage
from passerby.messages import Identifier

Named = tuple[IdentityState, Identifier | None]
"""A target, and the identifier that selected it (None for a profile created without identifiers)."""


@dataclass(slots=True)
class _Statement:
    """One message while it is being resolved. A merge may replace the target: see `Resolver._merge`.

    `home` is the member of the target that the message is recorded under.
    """

    message_id: str
    target: IdentityState
    by: Identifier | None
    home: str
    contact_namespaces: AbstractSet[str] = frozenset()


class Resolver:
    """Applies the rules to one project's messages, one after the other.

    It owns `known` and keeps it current. The output is collected in `decisions` (in order), `linked` and `cleared`
    (links of hints: delete the links of the cleared hints first, then add the linked ones), `created`, and `changed`:
    the profiles whose identity state differs from the loaded one, each with its stage when loaded (None if created).
    `new_id` makes the id of a profile or merge from the id of the message that causes it and a number, which counts the
    ids of that message from 0.
    """

    def __init__(
        self, known: IdentitySnapshot, policy: Policy = DEFAULT_POLICY, new_id: Callable[[str, int], str] = caused_id
    ) -> None:
        self.known = known
        self.policy = policy
        self.decisions: list[Decision] = []
        self.linked: dict[Identifier, dict[str, None]] = {}
        self.cleared: dict[Identifier, None] = {}
        self.created: dict[str, None] = {}
        self.changed: dict[str, Stage | None] = {}
        self.canonical = known.canonical
        self._new_id = new_id
        self._made = 0
        self._followed: dict[Identifier, int] = {}

    def resolve(self, message_id: str, evidence: Evidence, *, is_event: bool) -> str | None:
        """Return the id of the member that this message is recorded under, creating or merging profiles as needed.

        `canonical` of it is the message's target. None for a message without a usable identifier that is not an event;
        such an event gets a new profile.
        """
        if evidence.previous:
            evidence = self._read_aliases(evidence)
        names = evidence.names
        # Fast path for most messages: one known identifier is the target (R1), and R2 has nothing to attach or absorb.
        if len(names) == 1 and not (evidence.hints or evidence.blocked or evidence.previous):
            home = self.known.homes.get(names[0])
            if home is not None:
                return home
        if not names and not is_event:
            return None
        if self.known.aliases:
            self._answer_aliases(message_id, evidence.weak)
        self._made = 0
        # Asked before R2 attaches the customer id.
        is_new_customer = bool(self.known.aliases) and evidence.user_id not in self.known.homes
        selected = self._target(evidence)
        if selected is None:
            created = IdentityState(self._next_id(message_id))
            self.known.states[created.id] = created
            self.created[created.id] = self.changed[created.id] = None
            self.decisions.append(Decision("created", message_id, None, None, created.id, "R1"))
            selected = created, names[0] if names else None
        target, by = selected
        # The identifier that selected a new profile has no home yet: the message is recorded in the profile itself.
        home = target.id if by is None else self.known.homes.get(by, target.id)
        statement = _Statement(message_id, target, by, home, {contact.namespace for contact in evidence.contacts})
        for identifier in evidence.blocked:
            self._record("blocked", statement, identifier, None, "block_list")
        # R2, the strongest identifier first: what it attaches counts for R3 when the weaker ones are examined.
        for identifier in names:
            owner = self._owner(identifier)
            if owner is None:
                self._attach(statement, identifier, "R2")
            elif owner is not statement.target:
                self._absorb(statement, owner, identifier, "R2")
        if evidence.previous or is_new_customer:
            self._report_customer_ids(statement, evidence, is_new_customer=is_new_customer)
        for hint in evidence.hints:
            if evidence.has_user_identifier:
                self._claim_hint(statement, hint)
            else:
                self._link_hint(statement, hint)
        return statement.home

    # Aliases

    def _read_aliases(self, evidence: Evidence) -> Evidence:
        """Resolve aliases: add the previous ids, and the known device identifiers with their values, to the evidence.

        A message without any other identifier is not an alias: its previous ids are dropped.
        """
        devices = (each for each in evidence.readings if self._class_of(each) is IdentifierClass.DEVICE)
        recalled = [each for each in devices if each in self.known.homes and each not in evidence.names]
        if not (recalled or evidence.names):
            return evidence._replace(previous=())
        added = (*recalled, *evidence.previous)
        names = tuple(sorted((*evidence.names, *added), key=self._class_of))
        return evidence._replace(weak=(*evidence.weak, *added), names=names)

    def _answer_aliases(self, message_id: str, weak: Iterable[Identifier]) -> None:
        """Attach new device identifiers whose value is a known previous id to that id's profile."""
        for identifier in weak:
            if identifier.value not in self.known.aliases or identifier in self.known.homes or identifier.scope:
                continue
            previous = previous_of(identifier)
            owner = self._owner(previous)
            # Only a device: an advertising id or a contact of the same value is a coincidence.
            if owner is not None and self._class_of(identifier) is IdentifierClass.DEVICE:
                alias = _Statement(message_id, owner, previous, self.known.homes[previous])
                self._attach(alias, identifier, "alias")

    def _report_customer_ids(self, statement: _Statement, evidence: Evidence, *, is_new_customer: bool) -> None:
        """Record a conflict if a previous id is another profile's customer id, in either order of arrival (R3a)."""
        for previous in evidence.previous:
            customer = as_customer(previous)
            owner = self._owner(customer)
            if owner is not None and owner is not statement.target:
                self._record("conflict", statement, customer, owner, "R3a")
        if is_new_customer and evidence.user_id is not None:
            aliased = self._owner(previous_of(evidence.user_id))
            if aliased is not None and aliased is not statement.target:
                alias = _Statement(statement.message_id, aliased, statement.by, aliased.id)
                self._record("conflict", alias, evidence.user_id, statement.target, "R3a")

    # R1: the target

    def _target(self, evidence: Evidence) -> Named | None:
        """Return the known profile that R1 selects and the identifier that selects it, or None for a new profile."""
        if evidence.user_id is not None:
            known = self._first_known((evidence.user_id,))
            if known is not None:
                return known
            # An unknown customer id goes to the owner of the strongest other identifier, unless that is a customer: its
            # id would be a second one (R3a).
            others = (*self._owners(evidence.contacts), *self._may_hold(evidence))
            return min((named for named in others if named[0].user_id is None), key=self._by_class, default=None)
        if evidence.contacts:
            # In the sender's order. Where none is known, the owner of a device or advertising identifier gets them.
            known = self._first_known(evidence.contacts)
            return known or min(self._may_hold(evidence), key=self._by_class, default=None)
        # Weak evidence alone: the highest stage, then the strongest class, then the oldest profile.
        weak = self._owners(evidence.weak)
        return min(weak, key=lambda named: (-named[0].stage, *self._by_class(named)), default=None)

    def _first_known(self, identifiers: Iterable[Identifier]) -> Named | None:
        return next(((owner, i) for i in identifiers if (owner := self._owner(i)) is not None), None)

    def _may_hold(self, evidence: Evidence) -> Iterable[tuple[IdentityState, Identifier]]:
        """Yield owners of weak identifiers that hold no contact in the namespaces of the message's contacts: R3(b)."""
        namespaces = {contact.namespace for contact in evidence.contacts}
        return ((owner, i) for owner, i in self._owners(evidence.weak) if not owner.has_contact_in(namespaces))

    def _owners(self, identifiers: Iterable[Identifier]) -> Iterable[tuple[IdentityState, Identifier]]:
        return ((owner, i) for i in identifiers if (owner := self._owner(i)) is not None)

    def _by_class(self, named: tuple[IdentityState, Identifier]) -> tuple[int, str]:
        return self._class_of(named[1]), named[0].id

    def _class_of(self, identifier: Identifier) -> IdentifierClass:
        return self.policy.classes[identifier.namespace]

    def _owner(self, identifier: Identifier) -> IdentityState | None:
        home = self.known.homes.get(identifier)
        return None if home is None else self.known.states[self.canonical(home)]

    # R2: unknown identifiers are attached, other owners absorbed

    def _attach(self, statement: _Statement, identifier: Identifier, rule: Rule) -> None:
        if self._is_full(statement.target, identifier.namespace):
            self._limit("identifier", statement, identifier, None)
            return
        self._give(statement, identifier)
        if self._class_of(identifier) is IdentifierClass.PREVIOUS:  # later messages of the batch may bring its device
            self.known.aliases.add(identifier.value)
            rule = "alias"
        self._record("attached", statement, identifier, None, rule)

    def _absorb(self, statement: _Statement, owner: IdentityState, identifier: Identifier, rule: Rule) -> None:
        """Merge the owner into the target by this rule, unless an undo, R3 or a limit forbids it."""
        if self._is_separated(statement.target, owner, identifier):
            self._record("conflict", statement, identifier, owner, "undo")
        elif forbidden := self._forbidden(statement, owner, identifier):
            self._keep_separate(statement, owner, identifier, forbidden)
        elif namespace := exceeded_limit(statement.target, owner.held, owner.members, self.policy):
            self._limit("merge", statement, identifier, owner, namespace)
        else:
            self._merge(statement, owner, identifier, rule)

    def _merge(self, statement: _Statement, other: IdentityState, via: Identifier, rule: Rule) -> None:
        """Merge two profiles. The target wins unless only the other one is a customer, which then becomes the target.

        A customer id never changes its profile, hence the exchange; `via` and `by` are exchanged with the profiles.
        """
        winner, loser, by = statement.target, other, statement.by
        if by is not None and loser.user_id is not None:  # R3(a) let it through, so the target is no customer
            winner, loser, via, by = loser, winner, by, via
        self._mark(winner)  # before they change: a mark keeps the stage that was loaded
        self._mark(loser)
        winner.absorb(loser)
        self.known.merged[loser.id] = winner.id
        statement.target = winner
        message_id = statement.message_id
        merge_id = self._next_id(message_id)
        self.decisions.append(Decision("merged", message_id, via, loser.id, winner.id, rule, merge_id, by))

    # R3: two users never merge

    def _forbidden(self, statement: _Statement, owner: IdentityState, identifier: Identifier) -> Rule | None:
        """Return the part of R3 that forbids merging the owner of this identifier into the target, if any."""
        target = statement.target
        if target.user_id is not None and owner.user_id is not None:
            return "R3a"
        if self.policy.classes[identifier.namespace] is IdentifierClass.CONTACT:
            return None  # strong evidence: the sender names a contact of the other profile, so R3(b) does not apply
        # The message's own contacts count even where a conflict or a limit kept them from the target.
        namespaces = statement.contact_namespaces | {contact.namespace for contact in target.contacts}
        return "R3b" if owner.has_contact_in(namespaces) else None

    def _keep_separate(self, statement: _Statement, owner: IdentityState, identifier: Identifier, rule: Rule) -> None:
        """Move a weak identifier to the target; leave a contact where it is. The profiles stay separate."""
        if self.policy.classes[identifier.namespace] is IdentifierClass.CONTACT:
            self._record("conflict", statement, identifier, owner, rule)
        elif self._is_full(statement.target, identifier.namespace):
            self._limit("identifier", statement, identifier, owner)
        else:
            self._mark(owner)
            owner.lose(identifier)
            self._give(statement, identifier)
            self._record("reassigned", statement, identifier, owner, rule)

    # Hints

    def _link_hint(self, statement: _Statement, hint: Identifier) -> None:
        """Link an anonymous target to the hint, until a message with a user identifier absorbs it."""
        # Only anonymous profiles: after a logout, the next user of the device must not absorb the last one's profile.
        waiting, target = self._waiting(hint), statement.target
        if target.stage is not Stage.ANONYMOUS or target.id in waiting:
            return
        if len(waiting) >= self.policy.limits[hint.namespace]:
            self._limit("hint", statement, hint, None)
            return
        waiting[target.id] = None
        # Stored under the member, so that after an undo the link is on the side that the message belongs to.
        self.linked.setdefault(hint, {})[statement.home] = None

    def _waiting(self, hint: Identifier) -> dict[str, None]:
        """Return the canonical profiles linked to a hint.

        They are recomputed only after a merge: for a hint that a fleet of devices shares, doing it for every message
        would be quadratic.
        """
        waiting = self.known.links.setdefault(hint, {})
        merges = len(self.known.merged)
        if self._followed.get(hint, 0) != merges:
            waiting = self.known.links[hint] = dict.fromkeys(map(self.canonical, waiting))
            self._followed[hint] = merges
        return waiting

    def _claim_hint(self, statement: _Statement, hint: Identifier) -> None:
        """Absorb every anonymous profile linked to the hint, oldest first, and delete the links."""
        for state in map(self.known.states.__getitem__, sorted(self._waiting(hint))):
            # A profile that was identified after it was linked may be another user's. R3 forbids none of the others.
            if state.stage is Stage.ANONYMOUS and state is not statement.target:
                self._absorb(statement, state, hint, "hint")
        del self.known.links[hint]
        self.linked.pop(hint, None)
        self.cleared[hint] = None

    # Conditions and records shared by the rules

    def _is_separated(self, target: IdentityState, owner: IdentityState, identifier: Identifier) -> bool:
        """Return whether an undo separated these two profiles for this identifier."""
        # The pairs are those of the time of loading: a merge in this batch may have replaced one of the profiles.
        pairs = self.known.separations.get(identifier, ())
        return any({self.canonical(profile) for profile in pair} == {target.id, owner.id} for pair in pairs)

    def _is_full(self, state: IdentityState, namespace: str) -> bool:
        return state.held.get(namespace, 0) >= self.policy.limits[namespace]

    def _next_id(self, message_id: str) -> str:
        """Return an id for the next profile or merge that this message causes."""
        self._made += 1
        return self._new_id(message_id, self._made - 1)

    def _mark(self, state: IdentityState) -> None:
        """Mark a profile as changed, with its stage before the first change."""
        if state.id not in self.changed:
            self.changed[state.id] = state.stage

    def _give(self, statement: _Statement, identifier: Identifier) -> None:
        state = statement.target
        self._mark(state)
        self.known.homes[identifier] = statement.home
        state.gain(identifier, contact=self.policy.classes[identifier.namespace] is IdentifierClass.CONTACT)

    def _limit(
        self,
        limited: Literal["identifier", "merge", "hint"],
        statement: _Statement,
        identifier: Identifier,
        owner: IdentityState | None,
        namespace: str = "",
    ) -> None:
        """Record what a limit prevented: the limit of `namespace`, by default the identifier's."""
        namespace = namespace or identifier.namespace
        limit = self.policy.members if namespace == MEMBER_LIMIT else self.policy.limits[namespace]
        detail = DecisionDetail(namespace=namespace, limit=limit, limited=limited)
        self._record("limited", statement, identifier, owner, "limit", detail)

    def _record(  # noqa: PLR0913, PLR0917 - the fields of a decision
        self,
        kind: DecisionKind,
        statement: _Statement,
        identifier: Identifier,
        owner: IdentityState | None,
        rule: Rule,
        detail: DecisionDetail = NO_DETAIL,
    ) -> None:
        from_ = None if owner is None else owner.id
        # These two give the identifier a home, which is a member; the others are about canonical profiles.
        to = statement.home if kind in {"attached", "reassigned"} else statement.target.id
        self.decisions.append(
            Decision(kind, statement.message_id, identifier, from_, to, rule, None, statement.by, detail)
        )
