"""Undoes merges."""

from __future__ import annotations

from typing import Any

from passerby.identity.decisions import Actor, DecisionDetail
from passerby.identity.namespaces import FORMER_USER_ID, IdentifierClass, Policy
from passerby.identity.snapshot import IdentityState
from passerby.identity.stage import Stage
from passerby.messages import Identifier
from passerby.outbox.records import Reassigned, Unmerged
from passerby.state.manager.changes import ChangeCollector
from passerby.state.manager.connector import Connector
from passerby.state.manager.decisions import columns_of_record
from passerby.state.manager.identity_snapshot import columns_of
from passerby.state.manager.ids import to_blob, to_text
from passerby.state.manager.search_terms import record_duplicates, rehome_contacts
from passerby.state.protocol import AlreadyUndone, DependentMergeExists, UnknownMerge


def undo_merge(  # noqa: PLR0913, PLR0917 - the protocol's verb, the connector and the changes
    db: Connector,
    changes: ChangeCollector,
    project: int,
    merge_id: str,
    at: int,
    policy: Policy,
    *,
    actor: Actor,
    comment: str,
) -> tuple[str, str]:
    """See `passerby.state.protocol.State.undo_merge`. Runs within the caller's transaction."""
    id_ = to_blob(merge_id)
    merge = db.row("undo.merge", (id_, project))
    if merge is None:
        raise UnknownMerge(merge_id)
    winner, loser, *evidence, message_id, _position, undone_at = merge
    if undone_at is not None:
        raise AlreadyUndone(to_text(id_))
    if (later := dependent_merge(db, id_, winner)) is not None:
        raise DependentMergeExists(to_text(later))
    stages_before = stages(db, winner)  # the loser has none: it is counted again from here on
    db.run("writer.lead", (loser, loser))
    db.run("undo.stand_alone", (loser,))
    # Only merges from before identifiers had homes, and those that undid a detachment, moved any.
    given_back = [(Identifier(*row[:3]), to_text(row[3])) for row in db.rows("undo.given_back", (id_, winner))]
    db.run("undo.give_back", (id_, loser, winner))
    if evidence[0] == "user_id":  # a forced merge of two customers kept the loser's id as a former one
        db.run("undo.restore_customer", (project, loser, evidence[1], FORMER_USER_ID))
    db.run("undo.mark_undone", (id_, at))
    # After the pointer is gone: both look up the canonical profiles as they are now.
    rehome_contacts(db, project, loser)
    record_duplicates(db, project, loser)
    for profile in (winner, loser):
        recount(db, profile, policy)
    # For both identifiers of the merge, so that neither merges the two again. A manual merge may have none.
    for identifier in (evidence[:3], evidence[3:]):
        if identifier[0]:
            db.run("undo.separate", (project, *identifier, winner, loser))
    stages_after = stages(db, winner, loser)
    add_to_totals(db, project, stages_before, stages_after)
    record = columns_of_record("undo", actor, DecisionDetail(comment=comment))
    row = (project, at, "undone", message_id, *evidence[:3], loser, winner, id_, *record)
    db.run("writer.add_history", row)
    position, names = changes.position(), (to_text(winner), to_text(loser))
    unmerged = Unmerged(project=project, position=position, profile=names[1], winner=names[0], merge_id=merge_id)
    returned = (
        Reassigned(project=project, position=position, profile=names[1], identifier=identifier, from_=home)
        for identifier, home in given_back
        if home != names[1]
    )
    changes.add([unmerged, *returned], at)
    changes.add_stage(project, names[0], stages_before[0], stages_after[0], at)
    # As for a new profile: the merge ended the loser's own stage.
    changes.add_stage(project, names[1], Stage.ANONYMOUS, stages_after[1], at)
    return names


def dependent_merge(db: Connector, merge: bytes, winner: bytes) -> bytes | None:
    """Return the later merge that has to be undone before this one, if any."""
    absorbed = db.row("undo.absorbed_since", (winner,))
    later = absorbed or db.row("undo.dependent_merge", (merge, winner))
    return None if later is None else later[0]


def recount(db: Connector, profile: bytes, policy: Policy) -> None:
    """Recompute the identity state of a profile from its identifiers and members."""
    state = IdentityState(to_text(profile))
    for identifier in map(Identifier._make, db.rows("undo.held", (profile,))):
        state.gain(identifier, contact=policy.classes.get(identifier.namespace) is IdentifierClass.CONTACT)
    state.members = db.value("undo.members", (profile,))
    db.run("writer.set_identity_state", (profile, *columns_of(state)))


def stages(db: Connector, *profiles: bytes) -> list[int]:
    """Return the stages that these profiles are counted in."""
    return [db.value("undo.stage", (profile,)) for profile in profiles]


def add_to_totals(db: Connector, project: int, before: list[int], after: list[int]) -> None:
    """Move profiles in the counts by stage from `before` to `after`."""
    for stages, growth in ((before, -1), (after, 1)):
        rows: list[tuple[Any, ...]] = [(project, Stage(stage).label, growth) for stage in stages]
        db.run_many("writer.add_total", rows)
