"""Applies one project's part of a batch: from messages and the loaded state to changes and events, without I/O.

Each message is validated (times, catalogue), resolved to a profile, and folded into the profile's events, activity,
context and traits. Everything is collected in memory; `ProjectBatch.changes` returns what the state has to write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from passerby.catalogue.aliases import Aliases
from passerby.catalogue.catalogue import Catalogue
from passerby.catalogue.earlier_rejections import upgraded_value
from passerby.catalogue.rules import CATALOGUE_FULL, TOO_MANY_TRAITS, Verdict
from passerby.catalogue.violations import ViolationCounter
from passerby.dialects import registry
from passerby.dialects.commerce import semantic_of
from passerby.identity.aliases import PREVIOUS_ID
from passerby.identity.cleaning import Evidence
from passerby.identity.namespaces import IdentifierClass, Policy
from passerby.identity.resolver import Resolver
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Message, Rejected, Rejection, RejectionDetail, StoredEvent, Violation
from passerby.positions import Position
from passerby.profiles import context, devices, traits
from passerby.profiles.activity import Activity
from passerby.profiles.traits import Versioned
from passerby.state.protocol import Arrival, Loaded, ProjectChanges, SeenInterval
from passerby.worker import time_series
from passerby.worker.change_records import records
from passerby.worker.event_time import event_time

SENT_NAME: Final = "sent_name"
"""The key in an event's context for the name as sent, if that spelling was merged into another event name."""

_NO_TRAITS: Final[dict[str, Any]] = {}
_UNCHECKED: Final = Verdict(ignored=False, accepted={}, rejected=(), violations=())


class PendingMessage(NamedTuple):
    """A message to be applied, with its log position and evidence.

    `describes`: it may contain statements of a device (`profiles.devices`). `sent` is the original if names were
    respelled.
    """

    position: Position
    message: Message
    evidence: Evidence
    describes: bool = False
    sent: Message | None = None


class OverflowTrait(NamedTuple):
    """A trait that exceeds the catalogue's limit of traits, as sent in a message."""

    message: Message
    name: str
    stated: Versioned


class Rules(NamedTuple):
    """The rules for a project's messages. Catalogue and violation counters accumulate until the batch drains them."""

    catalogue: Catalogue
    violations: ViolationCounter
    policy: Policy


class ProjectBatch:
    """Applies one project's messages of a batch, in log order, to the loaded part of the state."""

    def __init__(self, project: int, loaded: Loaded, rules: Rules) -> None:
        self.events: list[StoredEvent] = []
        self.violations: Counter[tuple[int, int, str]] = Counter()
        """By project, minute and dialect: see `worker.time_series.SeriesKey`."""
        self._project = project
        self._loaded = loaded
        self._rules = rules
        self._resolver = Resolver(loaded.known, rules.policy)
        self._aliases = rules.catalogue.aliases(project)
        self._totals = Counter[str]()
        self._activity: dict[str, Activity] = {}
        self._contexts: dict[str, dict[str, Versioned]] = {}
        self._traits: dict[str, dict[str, Versioned]] = {}
        self._overflow: dict[str, list[OverflowTrait]] = {}
        self._rejected: dict[tuple[str, str], tuple[Rejected, Versioned]] = {}
        self._seen_intervals: dict[Identifier, SeenInterval] = {}
        self._devices: dict[Identifier, dict[str, Versioned]] = {}
        self._arrivals: dict[str, Arrival] = {}
        self._invalid: list[Entry] = []

    def apply(self, pending: PendingMessage) -> None:
        """Apply one message: validate it, resolve its profile, and fold it into the profile."""
        if self._aliases is not None:
            pending = _respelled(pending, self._aliases)
        message, evidence = pending.message, pending.evidence
        time, wrong_time = event_time(message)
        if message.violations or wrong_time:
            self._count(message, (*message.violations, *wrong_time))
        if message.kind == "invalid":
            self._invalid.append(Entry(pending.position, message))
            return
        verdict, is_event = _UNCHECKED, message.kind == "track"
        # Before identity: an ignored event must not create a profile.
        if is_event:
            enforce = message.dialect in registry.ENFORCING_CATALOGUE_RULES
            check = self._rules.catalogue.check_event
            verdict = check(self._project, message.name, message.properties, time, enforce=enforce)
            if verdict.violations:
                self._count(message, verdict.violations)
            if verdict.ignored:
                return
        resolver = self._resolver
        decided = len(resolver.decisions)
        profile = resolver.resolve(message.id, evidence, is_event=is_event)
        if evidence.blocked:
            self._count(message, [Violation("blocked_identifier", "", i.namespace, i.value) for i in evidence.blocked])
        unmoved = self._keep_decisions(pending, decided) if len(resolver.decisions) > decided else _NO_TRAITS
        if not (profile and (evidence.names or evidence.previous)):
            self._count(message, (Violation("no_identifier", message.name),))
            if profile is None:
                return
        if is_event:
            self._keep_event(pending, profile, time, verdict)
        self._keep_activity(pending, profile, time)
        for rejected in message.rejected_traits:
            self._keep_rejected(profile, upgraded_value(rejected), Versioned(None, time, pending.position))
        if message.traits or unmoved:
            self._keep_traits(pending, profile, time, unmoved | message.traits if unmoved else message.traits)

    @property
    def profiles_with_overflow(self) -> Collection[str]:
        """Profiles with traits beyond the catalogue's limit; usually none. See `bound_traits`."""
        return self._overflow

    def bound_traits(self, held: Mapping[str, Iterable[str]]) -> None:
        """Limit the number of uncatalogued traits of each profile; `held` has the names of its stored traits.

        The first ones are kept; the others are stored as rejected traits and counted as violations.
        """
        has_trait, project = self._rules.catalogue.has_trait, self._project
        most = self._rules.catalogue.limits.uncatalogued_traits
        for profile, overflow in self._overflow.items():
            kept = {name for name in held.get(profile, ()) if not has_trait(project, name)}
            for each in overflow:
                if each.name in kept or len(kept) < most:
                    kept.add(each.name)
                    continue
                self._traits[profile].pop(each.name, None)  # it was folded before its profile was known
                rejected = Rejected(each.name, each.stated.value, TOO_MANY_TRAITS, RejectionDetail(limit=most))
                self._keep_rejected(profile, rejected, each.stated)
                self._count(each.message, [Violation(TOO_MANY_TRAITS, sample=each.name)])

    def changes(self, applied: int, repeats: int) -> ProjectChanges:
        """Return everything to write, given the numbers of applied messages and of duplicates."""
        resolver, states = self._resolver, self._resolver.known.states
        self._totals.update(applied=applied, events=len(self.events), duplicates=repeats)
        # The stages of the changed profiles now, less their stages when loaded. A merged profile has none.
        for profile, before in resolver.changed.items():
            if before is not None:
                self._totals[before.label] -= 1
            if resolver.canonical(profile) == profile:
                self._totals[states[profile].stage.label] += 1
        return ProjectChanges(
            project=self._project,
            created=list(resolver.created),
            decisions=resolver.decisions,
            states={id_: states[id_] for id_ in resolver.changed},
            activity=self._activity,
            contexts=self._contexts,
            seen_intervals=self._seen_intervals,
            cleared=resolver.cleared,
            linked=resolver.linked,
            traits={(id_, name): newest for id_, held in self._traits.items() for name, newest in held.items()},
            rejected_traits=self._rejected,
            devices=self._devices,
            arrivals=self._arrivals,
            invalid=self._invalid,
            totals=self._totals,
            records=list(records(self._project, resolver, self._arrivals, self._traits)),
        )

    def _keep_decisions(self, pending: PendingMessage, first: int) -> dict[str, Any]:
        """Count the decisions from this number on; return contacts that stay with another profile, as traits (R3)."""
        message = pending.message
        self._arrivals[message.id] = Arrival(message.received_at, pending.position)
        decisions = self._resolver.decisions[first:]
        if pending.evidence.previous:
            # The state looks up previous ids only in projects with this total (`State.known`).
            attached = (d.identifier for d in decisions if d.kind == "attached" and d.identifier is not None)
            self._totals["aliases"] += sum(identifier.namespace == PREVIOUS_ID for identifier in attached)
        classes = self._rules.policy.classes
        kept = (d.identifier for d in decisions if d.kind == "conflict" and d.identifier is not None)
        return {i.namespace: i.value for i in kept if classes[i.namespace] is IdentifierClass.CONTACT}

    def _keep_event(self, pending: PendingMessage, profile: str, time: int, verdict: Verdict) -> None:
        message, context, sent = pending.message, pending.message.context, pending.sent
        # From the properties as sent: a rejected property still says which product or order the event is about.
        semantic = semantic_of(message.dialect, message.name, message.properties)
        if sent is not None and sent.name != message.name:
            context = {**context, SENT_NAME: sent.name}
            semantic = semantic_of(sent.dialect, sent.name, sent.properties) or semantic
        self.events.append(
            StoredEvent(
                project=self._project,
                profile_id=profile,
                time=time,
                id=message.id,
                name=message.name,
                received_at=message.received_at,
                position=pending.position,
                properties=verdict.accepted,
                rejected=[
                    Rejection(*rejected) for rejected in (*verdict.rejected, *map(upgraded_value, message.rejected))
                ]
                if verdict.rejected or message.rejected
                else [],
                context=context,
                session_id=message.session_id,
                dialect=message.dialect,
                semantic=semantic,
                assurance=message.assurance,
            )
        )

    def _keep_activity(self, pending: PendingMessage, profile: str, time: int) -> None:
        """Fold the message's time, context and statements of its device into the member that it is recorded under."""
        position, message, evidence = pending.position, pending.message, pending.evidence
        events = 1 if message.kind == "track" else 0
        activity = self._activity.get(profile)
        if activity is None:
            self._activity[profile] = Activity(time, time, events)
        else:
            activity.add(time, events)
        changed, loaded = self._seen_intervals, self._loaded
        for identifier in (*evidence.names, *evidence.previous) if evidence.previous else evidence.names:
            seen = changed.get(identifier) or loaded.seen_intervals.get(identifier)
            if seen is None:
                if identifier in self._resolver.known.homes:  # false for one beyond a limit: it has no row
                    changed[identifier] = SeenInterval(time, time)
            elif time > seen.last:
                changed[identifier] = SeenInterval(seen.first, time, seen.row)
            elif time < seen.first:
                changed[identifier] = SeenInterval(time, seen.last, seen.row)
        if message.context:
            held = self._contexts.get(profile)
            if held is None:
                held = self._contexts[profile] = loaded.contexts.get(profile, {})
            context.merge_into(held, message.context, time, position)
        if pending.describes:
            answering = registry.ANSWERING_WITH_PROFILE
            for device, values in devices.statements(message, evidence, self._rules.policy, answering):
                about = self._devices.setdefault(device, loaded.devices.get(device, {}))
                devices.merge_into(about, values, time, position)

    def _keep_traits(self, pending: PendingMessage, profile: str, time: int, stated: dict[str, Any]) -> None:
        message = pending.message
        enforce = message.dialect in registry.ENFORCING_CATALOGUE_RULES
        verdict = self._rules.catalogue.check_traits(self._project, stated, time, enforce=enforce)
        if verdict.violations:
            self._count(message, verdict.violations)
        traits.merge_into(self._traits.setdefault(profile, {}), verdict.accepted, time, pending.position)
        for violation in verdict.violations:
            if violation.kind == CATALOGUE_FULL:
                name = violation.attribute
                newest = Versioned(verdict.accepted[name], time, pending.position)
                self._overflow.setdefault(profile, []).append(OverflowTrait(message, name, newest))
        for rejected in verdict.rejected:
            self._keep_rejected(profile, rejected, Versioned(None, time, pending.position))

    def _keep_rejected(self, profile: str, rejected: Rejected, version: Versioned) -> None:
        kept = self._rejected.get((profile, rejected.name))
        if kept is None or traits.newer(version, kept[1]):
            self._rejected[profile, rejected.name] = (rejected, version)

    def _count(self, message: Message, violations: Sequence[Violation]) -> None:
        self._totals["violations"] += len(violations)
        if violations:
            self.violations[time_series.series_key(message)] += len(violations)
        for violation in violations:
            self._rules.violations.add(self._project, violation, message.received_at)


def _respelled(pending: PendingMessage, aliases: Aliases) -> PendingMessage:
    """Rename event, properties and traits to their canonical names. Identifiers are never renamed."""
    sent = pending.message
    name = aliases.event(sent.name)
    properties, traits_ = aliases.respelled(name, sent.properties), aliases.respelled("", sent.traits)
    if name == sent.name and properties is sent.properties and traits_ is sent.traits:
        return pending
    message = msgspec.structs.replace(sent, name=name, properties=properties, traits=traits_)
    return pending._replace(message=message, sent=sent)
