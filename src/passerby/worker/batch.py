"""Applies a batch: loads the state of its identifiers, applies each project's part, and writes the changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from passerby.catalogue.catalogue import Catalogue
from passerby.catalogue.rules import DEFAULT_LIMITS, TRAITS_OF_PROFILES, Limits
from passerby.catalogue.violations import ViolationCounter
from passerby.dialects import registry
from passerby.identity.cleaning import Evidence, collect_evidence, without_trait_contacts
from passerby.identity.namespaces import CONTACT_TRAITS, Policy
from passerby.log.protocol import Entry
from passerby.messages import Identifier, StoredEvent
from passerby.positions import START, Positions, partition_of, partitions_of
from passerby.profiles import devices
from passerby.state.protocol import OutboxRow, ProjectChanges, State
from passerby.worker import time_series
from passerby.worker.deduplicate import WINDOWS_MS, deduplicate
from passerby.worker.project import PendingMessage, ProjectBatch, Rules

_lines: Final = msgspec.json.Encoder().encode_lines


class Applied(NamedTuple):
    """The result of a batch: numbers of messages and events, and the log positions that are applied with it."""

    positions: Positions = START
    messages: int = 0
    duplicates: int = 0
    events: int = 0
    dead_lettered: int = 0


class Worker:
    """Applies batches of the log to one state.

    Its catalogue and violation counts are caches of the state, so they are dropped whenever a transaction fails or an
    administrator edits the catalogue.
    """

    def __init__(
        self,
        state: State,
        policy_of: Callable[[int], Policy],
        limits: Limits = DEFAULT_LIMITS,
        windows: Mapping[str, int] = WINDOWS_MS,
    ) -> None:
        self._state = state
        self._windows = windows
        self._policy_of = policy_of
        self._catalogue = Catalogue(limits)
        self._violations = ViolationCounter()
        self._version = 0

    def apply(self, entries: Sequence[Entry]) -> Applied:
        """Apply these messages in one transaction; messages that were applied before are skipped.

        When it raises, the transaction is rolled back and the call can be repeated.
        """
        try:
            with self._state.transaction():
                # Not the reader's positions: another worker may have applied the same messages, and a transaction whose
                # commit seemed to fail may have happened.
                applied = self._state.lock_positions(partitions_of([entry.position for entry in entries]))
                fresh = applied.uncovered(entries)
                if not fresh:
                    return Applied(applied)
                result = self._apply_fresh(fresh)
                return result._replace(positions=applied.joined(result.positions))
        except BaseException:  # also at an interrupt: the caches have counts that were rolled back
            self._catalogue.forget()
            self._violations.forget()
            raise

    def dead_letter(self, entry: Entry, error: str) -> Applied:
        """Move a message that cannot be applied to the dead letters and advance past it; it counts as applied.

        Does nothing where another worker has applied it, or has done the same.
        """
        project, positions = entry.message.project, Positions.at(entry.position)
        with self._state.transaction():
            applied = self._state.lock_positions([partition_of(entry.position)])
            if applied.covers(entry.position):
                return Applied(applied)
            self._state.dead_letter(entry, error)
            self._state.apply(ProjectChanges(project, totals={"applied": 1, "violations": 1}))
            self._state.add_series(
                [row._replace(violations=1) for row in time_series.rows([entry], [entry], Counter())]
            )
            self._state.finish(positions, entry.message.received_at, ())
        return Applied(positions, messages=1, dead_lettered=1)

    def _apply_fresh(self, entries: Sequence[Entry]) -> Applied:
        version = self._state.catalogue_version()
        if version != self._version:  # an administrator has edited the catalogue: the caches are stale
            self._catalogue.forget()
            self._violations.forget()
            self._version = version
        fresh, repeats = deduplicate(entries, self._state, self._windows)
        # From here on, projects are processed independently; one with nothing but duplicates has counts to write, too.
        by_project: dict[int, list[Entry]] = {project: [] for project in repeats}
        for entry in fresh:
            by_project.setdefault(entry.message.project, []).append(entry)
        events: list[StoredEvent] = []
        violations: Counter[time_series.SeriesKey] = Counter()
        for project, own in by_project.items():
            events += self._apply_project(project, own, repeats.get(project, 0), violations)
        self._state.count(self._catalogue.drain(), self._violations.drain())
        self._state.add_series(time_series.rows(entries, fresh, violations))
        positions = Positions(entry.position for entry in entries)
        self._state.finish(positions, entries[-1].message.received_at, _outbox_rows(positions, events))
        return Applied(positions, len(entries), sum(repeats.values()), len(events))

    def _apply_project(
        self, project: int, entries: Sequence[Entry], repeats: int, violations: Counter[time_series.SeriesKey]
    ) -> list[StoredEvent]:
        policy = self._policy_of(project)
        all_contacts = policy.contact_traits == CONTACT_TRAITS
        messages: list[PendingMessage] = []
        # Computed once for each distinct set of identifiers: most messages of a batch repeat one.
        gathered: dict[tuple[Identifier, ...], Evidence] = {}
        devices_described: dict[Identifier, None] = {}
        for position, message in entries:
            identifiers = message.identifiers
            if not all_contacts and message.dialect not in registry.IDENTIFYING_BY_FIELDS:
                identifiers = without_trait_contacts(identifiers, message.traits, policy)
            evidence = gathered.get(identifiers)
            if evidence is None:
                evidence = gathered[identifiers] = collect_evidence(identifiers, policy)
            describes = devices.may_have_statements(message, registry.ANSWERING_WITH_PROFILE)
            if describes:
                stated = devices.statements(message, evidence, policy, registry.ANSWERING_WITH_PROFILE)
                devices_described |= dict.fromkeys(statement.device for statement in stated)
            messages.append(PendingMessage(position, message, evidence, describes))
        self._load_catalogue(project, messages)
        mentioned = {name: None for evidence in gathered.values() for name in evidence.mentioned}
        hints = {hint: None for evidence in gathered.values() for hint in evidence.hints}
        loaded = self._state.known(project, mentioned, hints)
        if devices_described:
            loaded.devices = self._state.devices(project, devices_described)
        batch = ProjectBatch(project, loaded, Rules(self._catalogue, self._violations, policy))
        for pending in messages:
            batch.apply(pending)
        # Only now is it known which profiles the traits beyond the catalogue's limit belong to.
        if batch.profiles_with_overflow:
            batch.bound_traits(self._state.trait_names(batch.profiles_with_overflow))
        self._state.apply(batch.changes(len(messages), repeats))
        violations += batch.violations
        return batch.events

    def _load_catalogue(self, project: int, messages: Sequence[PendingMessage]) -> None:
        names = {pending.message.name for pending in messages if pending.message.kind == "track"} | {TRAITS_OF_PROFILES}
        if self._catalogue.needs_aliases(project):
            self._catalogue.load_aliases(project, self._state.aliases(project))
        if aliases := self._catalogue.aliases(project):  # the names under which `ProjectBatch` will check the events
            names = {aliases.event(name) for name in names}
        if self._catalogue.needs_size(project):
            self._catalogue.load_size(project, self._state.event_names(project))
        if self._violations.needs(project):
            self._violations.load(project, self._state.violation_keys(project))
        for name in self._catalogue.needs(project, names):
            attributes = self._state.attributes(project, name)
            self._catalogue.load(project, name, attributes or {}, exists=attributes is not None)


def _outbox_rows(positions: Positions, events: Sequence[StoredEvent]) -> list[OutboxRow]:
    """One row for each partition that has events, with the last position of the batch in that partition.

    A row that spans partitions could be delivered only after all of them, but relays read each partition separately.
    """
    last = list(positions)
    if len(last) == 1:  # the embedded log has one partition: no pass over the events
        return [OutboxRow(last[0], len(events), _lines(events))] if events else []
    rows = []
    for position in last:
        part = [event for event in events if partition_of(event.position) == partition_of(position)]
        if part:
            rows.append(OutboxRow(position, len(part), _lines(part)))
    return rows
