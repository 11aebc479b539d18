"""Manual merges of profiles and detachments of identifiers. See `passerby.state.protocol.State`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from passerby.identity.decisions import DecisionDetail, DecisionKind, Rule
from passerby.identity.manual_merge import exceeded_merge_limit, forbidding_rule
from passerby.identity.namespaces import FORMER_USER_ID
from passerby.identity.snapshot import IdentityState
from passerby.identity.stage import Stage
from passerby.messages import Identifier
from passerby.outbox.records import Created, Detached, Merged, Reassigned
from passerby.state.manager.changes import ChangeCollector
from passerby.state.manager.connector import Connector
from passerby.state.manager.decisions import RecordColumns, columns_of_record
from passerby.state.manager.identity_snapshot import canonical, identity_state_of, key_of
from passerby.state.manager.ids import to_blob, to_text
from passerby.state.manager.search_terms import rehome
from passerby.state.manager.undo import add_to_totals, recount, stages
from passerby.state.protocol import (
    AlreadyUndone,
    CustomerIdNotDetachable,
    DependentMergeExists,
    Detachment,
    ForbiddenMerge,
    IdentifierReassigned,
    LimitExceeded,
    ManualDecision,
    ManualMerge,
    SameProfile,
    UnknownDetachment,
    UnknownIdentifier,
    UnknownProfile,
)

_NO_IDENTIFIER = Identifier("", "", "")


class ManualChanges:
    """Carries out one manual change of a project, within the caller's transaction."""

    def __init__(self, db: Connector, changes: ChangeCollector, project: int, decision: ManualDecision) -> None:
        self._db = db
        self._changes = changes
        self._project = project
        self._decision = decision

    def merge(self, winner: str, loser: str, *, force: bool, detached: Identifier | None = None) -> ManualMerge:
        """Merge two profiles. `detached` is the identifier whose detachment the merge undoes, if it does.

        Raises UnknownProfile, SameProfile, ForbiddenMerge (not with `force`), LimitExceeded.
        """
        first, second = self._identity_state(winner), self._identity_state(loser)
        if first.id == second.id:
            raise SameProfile
        if first.user_id is None and second.user_id is not None:  # a customer id never moves
            first, second = second, first
        forbidding = forbidding_rule(first, second, detached=detached)
        if forbidding and not force:
            raise ForbiddenMerge(forbidding)
        if namespace := exceeded_merge_limit(first, second, self._decision.policy):
            raise LimitExceeded(namespace)
        record = self._record("undo" if detached else "manual", forbidding)
        made = ManualMerge(self._decision.new_id(), first.id, second.id)
        merge_id, to, from_ = map(to_blob, made)
        via = by = _NO_IDENTIFIER
        if first.user_id is not None and second.user_id is not None:
            # A profile has one customer id: the loser's is kept as a former one, which leads to the winner.
            via, by = Identifier("user_id", second.user_id), Identifier("user_id", first.user_id)
            self._db.run("manual_changes.keep_former", (from_, FORMER_USER_ID))
        before = stages(self._db, to, from_)
        position = self._db.value("writer.position") or 0
        row = (merge_id, self._project, to, from_, self._decision.at, position, "", *via, *by, *record)
        self._db.run("writer.add_merge", row)
        self._db.run("writer.lead", (from_, to))
        self._db.run("writer.point", (from_, to, merge_id))
        self._recount(to, from_)
        after = stages(self._db, to)  # a merged profile is counted in no stage
        add_to_totals(self._db, self._project, before, after)
        self._add_history("merged", via, from_, to, merge_id, record)
        merged = Merged(
            project=self._project,
            position=self._changes.position(),
            profile=made.loser,
            canonical=made.winner,
            winner=made.winner,
            merge_id=made.id,
        )
        self._changes.add([merged], self._decision.at)
        self._changes.add_stage(self._project, made.winner, before[0], after[0], self._decision.at)
        return made

    def _record(self, rule: Rule, overridden: Literal["R3a", "R3b"] | None = None) -> RecordColumns:
        detail = DecisionDetail(overridden=overridden, comment=self._decision.comment)
        return columns_of_record(rule, self._decision.actor, detail)

    def detach(self, profile: str, identifier: Identifier) -> Detachment:
        """Move an identifier of a profile to a new one."""
        state = self._identity_state(profile)
        row = self._db.row("writer.identifier", key_of(self._project, identifier))
        if row is None or to_text(canonical(self._db, row[3])) != state.id:
            raise UnknownIdentifier
        if identifier.namespace in {"user_id", FORMER_USER_ID}:
            raise CustomerIdNotDetachable
        made = Detachment(self._decision.new_id(), state.id, self._decision.new_id())
        id_, from_, to = map(to_blob, made)
        first_seen, last_seen, number, home = row
        before = stages(self._db, from_)
        self._db.run("writer.create_profile", (to, self._project, None, "[]", "{}", 0, first_seen, last_seen, 0, "{}"))
        self._db.run("manual_changes.give", (number, to))
        rehome(self._db, self._project, identifier.namespace, identifier.value)
        self._recount(from_, to)
        after = stages(self._db, from_, to)
        add_to_totals(self._db, self._project, before, after)
        # Separated for this identifier, or the next message that names both sides would merge them again.
        self._db.run("undo.separate", (self._project, *identifier, from_, to))
        # An undo of an earlier merge must not move the identifier. An undo of the detachment restores the memory.
        memory = msgspec.json.encode([merge for (merge,) in self._db.rows("manual_changes.memory", (number,))]).decode()
        self._db.run("manual_changes.forget", (number,))
        author = (self._decision.at, self._decision.actor.kind, self._decision.actor.name, self._decision.comment)
        stored = (id_, self._project, from_, to, home, number, *identifier, memory, *author)
        self._db.run("manual_changes.add_detachment", stored)
        common: dict[str, Any] = {
            "project": self._project, "position": self._changes.position(), "profile": made.detached,
        }  # fmt: skip
        changes = (Created(**common), Detached(**common, identifier=identifier, from_=made.profile))
        self._changes.add(changes, self._decision.at)
        # The stage of the detached profile follows its creation.
        self._changes.add_stage(self._project, made.detached, Stage.ANONYMOUS, after[1], self._decision.at)
        self._changes.add_stage(self._project, made.profile, before[0], after[0], self._decision.at)
        self._add_history("created", _NO_IDENTIFIER, None, to, None, self._record("manual"))
        self._add_history("reassigned", identifier, from_, to, None, self._record("manual"))
        return made

    def undo_detachment(self, detachment_id: str) -> ManualMerge:
        """Merge a detached profile back, and return the identifier to its home."""
        id_ = to_blob(detachment_id)
        row = self._db.row("manual_changes.detachment", (id_, self._project))
        if row is None:
            raise UnknownDetachment
        profile, detached, home, number, *identifier, memory, undone_at, present_home, merged_by = row
        if undone_at is not None:
            raise AlreadyUndone
        if merged_by is not None:
            raise DependentMergeExists(to_text(merged_by))
        if present_home != detached:
            raise IdentifierReassigned
        given_back = Identifier(*identifier)
        made = self.merge(to_text(profile), to_text(detached), force=False, detached=given_back)
        # The identifier goes home, unless the merge went the other way or an undo took its home from the winner.
        if made.loser == to_text(detached) and to_text(canonical(self._db, home)) == made.winner:
            self._db.run("manual_changes.give", (number, home))
            self._db.run("manual_changes.move", (to_blob(made.id), number))
            back = Reassigned(
                project=self._project,
                position=self._changes.position(),
                profile=to_text(home),
                canonical="" if to_text(home) == made.winner else made.winner,
                identifier=given_back,
                from_=made.loser,
            )
            self._changes.add([back], self._decision.at)
        for merge in msgspec.json.decode(memory):
            self._db.run("manual_changes.recall", (merge, number))
        self._db.run("manual_changes.join_again", (self._project, *identifier, profile, detached))
        self._db.run("manual_changes.mark_undone", (id_, self._decision.at))
        return made

    def _identity_state(self, profile: str) -> IdentityState:
        """Load the identity state of the profile that this id leads to after merges. Raises UnknownProfile."""
        row = self._db.row("manual_changes.identity_state", (self._project, to_blob(profile)))
        if row is None:
            raise UnknownProfile(profile)
        id_, user_id, contacts, held = row
        return identity_state_of(to_text(id_), user_id, contacts, held)

    def _recount(self, *profiles: bytes) -> None:
        for profile in profiles:
            recount(self._db, profile, self._decision.policy)

    def _add_history(  # noqa: PLR0913, PLR0917 - the columns
        self,
        kind: DecisionKind,
        identifier: Identifier,
        from_: bytes | None,
        to: bytes,
        merge_id: bytes | None,
        record: RecordColumns,
    ) -> None:
        """Write an entry of the history."""
        row = (self._project, self._decision.at, kind, "", *identifier, from_, to, merge_id, *record)
        self._db.run("writer.add_history", row)
