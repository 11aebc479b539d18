"""The writing end of the state: loads and writes a batch for the worker, and carries out changes of administrators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import msgspec

from passerby.catalogue.aliases import Alias, Aliases
from passerby.catalogue.changes import Changes, KnownAttribute
from passerby.catalogue.types import DataType
from passerby.catalogue.violations import ViolationRow
from passerby.identity.decisions import UNKNOWN_ACTOR, Actor, Decision
from passerby.identity.namespaces import DEFAULT_POLICY, Policy
from passerby.log.protocol import Entry
from passerby.messages import Identifier
from passerby.positions import Positions
from passerby.profiles import rejected as rejected_traits
from passerby.profiles.traits import Versioned
from passerby.state.manager import backfills, deletion, duplicates, edits, search_terms, series
from passerby.state.manager.changes import ChangeCollector
from passerby.state.manager.connector import Connector
from passerby.state.manager.decisions import columns_of_record
from passerby.state.manager.identity_snapshot import NO_CONTEXT, columns_of, key_of, load
from passerby.state.manager.ids import to_blob
from passerby.state.manager.manual_changes import ManualChanges
from passerby.state.manager.progress import read_positions, write_positions
from passerby.state.manager.rejections import detail_column
from passerby.state.manager.undo import undo_merge
from passerby.state.protocol import (
    Detachment,
    Loaded,
    ManualDecision,
    ManualMerge,
    OutboxRow,
    ProjectChanges,
    SeenKey,
    SeriesRow,
)
from passerby.state.views import Deletion

INVALID_KEPT = 1_000
"""Invalid messages of a project that are kept for inspection, the newest."""

_encode = msgspec.json.Encoder().encode
_about = msgspec.json.Decoder(dict[str, Versioned]).decode


class ManagedState:
    """The state over a connector (`passerby.state.protocol.State`), but for `lock_positions`, which is the engine's.

    One instance belongs to one thread.
    """

    def __init__(self, db: Connector) -> None:
        self._db = db
        self._filling = bool(backfills.pending(db))  # asked once: `backfill` is called after every batch
        self._swept = duplicates.BEGINNING
        self._changes = ChangeCollector(db)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._db.transaction():
            self._changes.begin()
            yield
            self._changes.write()  # what `finish` has not taken: the changes of administrators

    def positions(self) -> Positions:
        return read_positions(self._db)

    def expiries(self, keys: Iterable[SeenKey]) -> dict[SeenKey, int]:
        return {key: row[0] for key in keys if (row := self._one("seen", *key))}

    def remember(self, keys: Mapping[SeenKey, int]) -> None:
        self._db.run_many("writer.remember", [(*key, expires) for key, expires in keys.items()])

    def forget(self, now: int) -> None:
        self._db.run("writer.forget", (now,))

    def known(self, project: int, identifiers: Iterable[Identifier], hints: Iterable[Identifier]) -> Loaded:
        return load(self._db, project, identifiers, hints)

    def devices(self, project: int, devices: Iterable[Identifier]) -> dict[Identifier, dict[str, Versioned]]:
        rows = ((device, self._one("device", *key_of(project, device))) for device in devices)
        return {device: _about(row[0]) for device, row in rows if row}

    def trait_names(self, profiles: Iterable[str]) -> dict[str, list[str]]:
        rows = ((id_, self._db.rows("writer.trait_names", (to_blob(id_),))) for id_ in profiles)
        return {id_: [name for (name,) in names] for id_, names in rows}

    def attributes(self, project: int, event: str) -> dict[str, KnownAttribute] | None:
        rows = self._db.rows("writer.attributes_of_event", (project, event))
        found = {name: KnownAttribute(type_, bool(enforced)) for name, type_, enforced in rows}
        return found if found or self._one("catalogued", project, event) else None

    def catalogue_version(self) -> int:
        return edits.version(self._db)

    def aliases(self, project: int) -> Aliases:
        return edits.aliases(self._db, project)

    def event_names(self, project: int) -> int:
        return int(self._db.value("writer.event_names", (project,)))

    def violation_keys(self, project: int) -> list[tuple[str, str, str]]:
        rows: list[Any] = self._db.rows("writer.violation_keys", (project,))
        return rows

    def apply(self, changes: ProjectChanges) -> None:
        # New profiles first: decisions refer to their rows.
        created = []
        for profile in changes.created:
            activity = changes.activity[profile]
            context = _encode_context(changes.contexts.get(profile, {}))
            state = columns_of(changes.states[profile])
            seen = (activity.first_seen, activity.last_seen, activity.event_count)
            created.append((to_blob(profile), changes.project, *state, *seen, context))
        self._db.run_many("writer.create_profile", created)
        self._decide(changes)
        self._change_profiles(changes)
        self._db.run_many("writer.update_seen", [seen for seen in changes.seen_intervals.values() if seen.row])
        # Cleared links first: a hint may be cleared and then linked again within one batch.
        self._db.run_many("writer.clear_hint", [key_of(changes.project, hint) for hint in changes.cleared])
        links = ((hint, profile) for hint, profiles in changes.linked.items() for profile in profiles)
        linked = [(changes.project, *hint, to_blob(profile)) for hint, profile in links]
        self._db.run_many("writer.link_hint", linked)
        self._set_traits(changes)
        devices = [(*key_of(changes.project, device), _text(about)) for device, about in changes.devices.items()]
        self._db.run_many("writer.set_device", devices)
        if changes.invalid:
            kept = []
            for position, message in changes.invalid[-INVALID_KEPT:]:
                kinds = _text([violation.kind for violation in message.violations])
                body = _text(message.properties.get("body"))
                kept.append((position, changes.project, message.received_at, message.dialect, kinds, body))
            self._db.run_many("writer.keep_invalid", kept)
            self._db.run("writer.drop_invalid", (changes.project, INVALID_KEPT))
        self._changes.add(changes.records)
        totals = [(changes.project, name, growth) for name, growth in changes.totals.items() if growth]
        self._db.run_many("writer.add_total", totals)

    def count(self, changes: Changes, violations: Sequence[ViolationRow]) -> None:
        self._db.run_many("writer.count_event", changes.events)
        self._db.run_many("writer.count_attribute", [row[:-1] for row in changes.attributes])
        enforced = [(row.project, row.event, row.name) for row in changes.attributes if row.enforced]
        self._db.run_many("writer.set_enforced", enforced)
        self._db.run_many("writer.count_violation", violations)

    def add_series(self, rows: Sequence[SeriesRow]) -> None:
        self._db.run_many("writer.add_series", rows)

    def roll_up(self, now: int) -> None:
        with self.transaction():
            series.roll_up(self._db, now)

    def backfill(self) -> bool:
        if self._filling:
            with self.transaction():
                self._filling = backfills.run_slice(self._db)
        return self._filling

    def finish(self, positions: Positions, at: int, outbox: Sequence[OutboxRow]) -> None:
        write_positions(self._db, positions)
        self._db.run("writer.set_applied_until", (at,))
        # With the batch's last row: changes are of profiles, which messages of all partitions may have changed.
        changes = [b""] * (len(outbox) - 1) + [self._changes.take()] if outbox else []
        rows = [
            (row.position, row.events, len(row.body) + len(made), at, row.body, made)
            for row, made in zip(outbox, changes, strict=True)
        ]
        self._db.run_many("writer.add_outbox", rows)
        self._changes.write(positions, at)  # a batch without events may have changed profiles

    def dead_letter(self, entry: Entry, error: str) -> None:
        message = entry.message
        row = (entry.position, message.project, message.received_at, _text(message), error)
        self._db.run("writer.dead_letter", row)

    def undo_merge(  # noqa: PLR0913 - the protocol's verb
        self,
        project: int,
        merge_id: str,
        at: int,
        policy: Policy = DEFAULT_POLICY,
        *,
        actor: Actor = UNKNOWN_ACTOR,
        comment: str = "",
    ) -> tuple[str, str]:
        with self.transaction():
            return undo_merge(self._db, self._changes, project, merge_id, at, policy, actor=actor, comment=comment)

    def merge_profiles(
        self, project: int, winner: str, loser: str, decision: ManualDecision, *, force: bool
    ) -> ManualMerge:
        with self.transaction():
            return ManualChanges(self._db, self._changes, project, decision).merge(winner, loser, force=force)

    def detach(self, project: int, profile: str, identifier: Identifier, decision: ManualDecision) -> Detachment:
        with self.transaction():
            return ManualChanges(self._db, self._changes, project, decision).detach(profile, identifier)

    def undo_detachment(self, project: int, detachment_id: str, decision: ManualDecision) -> ManualMerge:
        with self.transaction():
            return ManualChanges(self._db, self._changes, project, decision).undo_detachment(detachment_id)

    def dismiss_duplicate(self, project: int, one: str, other: str, decision: ManualDecision) -> tuple[str, str]:
        with self.transaction():
            return duplicates.dismiss(self._db, project, one, other, decision)

    def restore_duplicate(self, project: int, one: str, other: str) -> tuple[str, str]:
        with self.transaction():
            return duplicates.restore(self._db, project, one, other)

    def sweep_duplicates(self) -> None:
        with self.transaction():
            self._swept = duplicates.sweep(self._db, self._swept)

    def change_type(self, project: int, event: str, attribute: str, type_: DataType) -> DataType:
        with self.transaction():
            return edits.change_type(self._db, project, event, attribute, type_)

    def add_alias(self, project: int, alias: Alias) -> None:
        with self.transaction():
            edits.add_alias(self._db, project, alias)

    def remove_alias(self, project: int, event: str, attribute: str) -> None:
        with self.transaction():
            edits.remove_alias(self._db, project, event, attribute)

    def delete_names(self, project: int, names: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        with self.transaction():
            return [name for name in names if not edits.delete_name(self._db, project, *name)]

    def delete_test_data(self, project: int, at: int) -> Deletion:
        with self.transaction():
            return deletion.delete(self._db, self._changes, project, at)

    def close(self) -> None:
        self._db.close()

    def _one(self, query: str, *bindings: Any) -> Any:
        return self._db.row(f"writer.{query}", bindings)

    def _decide(self, changes: ProjectChanges) -> None:
        """Apply the decisions in order and add them to the history.

        Runs of one kind are written together; a later decision may depend on an earlier one of another kind.
        """
        # Other kinds change no row here: without them, what is attached between two merges is one group.
        effective = (decision for decision in changes.decisions if decision.kind in _EFFECTIVE)
        for kind, decisions in groupby(effective, key=lambda decision: decision.kind):
            if kind == "attached":
                self._attach(changes, decisions)
            elif kind == "reassigned":
                given = [(d.identifier, to_blob(d.to)) for d in decisions if d.identifier and d.to]
                rows = [(*key_of(changes.project, identifier), home) for identifier, home in given]
                self._db.run_many("writer.reassign", rows)
                self._db.run_many("writer.forget_moved", [row[:-1] for row in rows])
                for identifier, _ in given:
                    search_terms.rehome(self._db, changes.project, identifier.namespace, identifier.value)
            else:
                for decision in decisions:
                    self._merge(changes, decision)
        history = []
        for decision in changes.decisions:
            from_, to, merge_id = decision.from_, decision.to, decision.merge_id
            history.append(
                (
                    changes.project,
                    changes.arrivals[decision.message_id].at,
                    decision.kind,
                    decision.message_id,
                    *(decision.identifier or _NO_IDENTIFIER),
                    None if from_ is None else to_blob(from_),
                    None if to is None else to_blob(to),
                    None if merge_id is None else to_blob(merge_id),
                    *columns_of_record(decision.rule, decision.actor, decision.detail),
                )
            )
        self._db.run_many("writer.add_history", history)

    def _attach(self, changes: ProjectChanges, decisions: Iterable[Decision]) -> None:
        rows, attached = [], []
        for identifier, home in ((d.identifier, d.to) for d in decisions):
            if identifier is not None and home is not None:
                profile, seen = to_blob(home), changes.seen_intervals[identifier]
                rows.append((changes.project, *identifier, profile, seen.first, seen.last))
                attached.append((identifier, profile))
        self._db.run_many("writer.attach", rows)
        search_terms.attach(self._db, changes.project, attached)
        if duplicates.attach(self._db, changes.project, attached):  # the first hashed customer id of a project
            self._filling = True

    def _merge(self, changes: ProjectChanges, decision: Decision) -> None:
        """Point the loser, and its members with it, to the winner. No identifier is rewritten."""
        merge_id, winner, loser = (to_blob(id_ or "") for id_ in (decision.merge_id, decision.to, decision.from_))
        arrival = changes.arrivals[decision.message_id]
        evidence = (*(decision.identifier or _NO_IDENTIFIER), *(decision.by or _NO_IDENTIFIER))
        row = (merge_id, changes.project, winner, loser, *arrival, decision.message_id, *evidence)
        record = columns_of_record(decision.rule, decision.actor, decision.detail)
        self._db.run("writer.add_merge", (*row, *record))
        # The loser's members get the new canonical profile, so that readers take one step. Most losers have no members.
        if changes.states[decision.from_ or ""].members:
            self._db.run("writer.lead", (loser, winner))
        self._db.run("writer.point", (loser, winner, merge_id))

    def _change_profiles(self, changes: ProjectChanges) -> None:
        created = set(changes.created)  # their rows have all of this already
        old = [(to_blob(id_), state) for id_, state in changes.states.items() if id_ not in created]
        self._db.run_many("writer.set_identity_state", [(id_, *columns_of(state)) for id_, state in old])
        active = ((id_, a) for id_, a in changes.activity.items() if id_ not in created)
        seen = [(id_, to_blob(id_), a.first_seen, a.last_seen, a.event_count) for id_, a in active]
        # Two statements, because a context is the largest column: most batches change it in few of their profiles.
        contexts = changes.contexts
        with_context = [(*row, _encode_context(contexts[id_])) for id_, *row in seen if id_ in contexts]
        self._db.run_many("writer.add_activity_and_context", with_context)
        without = [row for id_, *row in seen if id_ not in contexts]
        self._db.run_many("writer.add_activity", without)

    def _set_traits(self, changes: ProjectChanges) -> None:
        # Before the traits are written: the index is changed by what is stored until now.
        search_terms.index_traits(self._db, changes.project, changes.traits, set(changes.created))
        rows = [
            (to_blob(profile), name, _text(newest.value), newest.time, newest.position)
            for (profile, name), newest in changes.traits.items()
        ]
        self._db.run_many("writer.set_trait", rows)
        refused = [
            (
                to_blob(profile),
                name,
                _text(rejected.value),
                rejected.kind,
                detail_column(rejected.detail),
                newest.time,
                newest.position,
            )
            for (profile, name), (rejected, newest) in changes.rejected_traits.items()
        ]
        self._db.run_many("writer.set_rejected_trait", refused)
        # Bounded for each member: clients choose the names of traits.
        kept = [(profile, rejected_traits.KEPT) for profile in {row[0] for row in refused}]
        self._db.run_many("writer.drop_rejected_traits", kept)


_NO_IDENTIFIER = Identifier("", "", "")
_EFFECTIVE = frozenset({"attached", "reassigned", "merged"})
"""The kinds of the worker's decisions that change rows of identifiers and profiles that are there."""


def _encode_context(context: Mapping[str, Versioned]) -> str:
    return _text(context) if context else NO_CONTEXT


def _text(value: Any) -> str:
    return _encode(value).decode()
