"""Taking a merge back, on SQLite."""

from __future__ import annotations

from typing import Any

import apsw

from passerby import sql
from passerby.identity.decisions import Actor, DecisionDetail
from passerby.identity.known import Card
from passerby.identity.namespaces import FORMER_USER_ID, IdentifierClass, Policy
from passerby.identity.stage import Stage
from passerby.messages import Identifier
from passerby.state.protocol import AlreadyUndone, BuiltOn, UnknownMerge
from passerby.state.sqlite.cards import columns_of
from passerby.state.sqlite.decisions import columns_of_record
from passerby.state.sqlite.ids import to_blob, to_text
from passerby.state.sqlite.terms import note_again, rehome_contacts

_UNDO = sql.load("passerby.state.sqlite", "undo.sql")
_WRITER = sql.load("passerby.state.sqlite", "writer.sql")


def undo_merge(  # noqa: PLR0913 - the protocol's verb, and the cursor
    cursor: apsw.Cursor, project: int, merge_id: str, at: int, policy: Policy, *, actor: Actor, comment: str
) -> tuple[str, str]:
    """See `passerby.state.protocol.State.undo_merge`. Runs within the caller's transaction."""
    merge = cursor.execute(_UNDO["merge"], (to_blob(merge_id), project)).fetchone()
    if merge is None:
        raise UnknownMerge(merge_id)
    winner, loser, *evidence, message_id, _position, undone_at = merge
    _refuse_if_needed(cursor, to_blob(merge_id), winner, undone_at)
    stages_before = stages(cursor, winner)
    cursor.execute(_WRITER["lead"], (loser, loser))
    cursor.execute(_UNDO["stand_alone"], (loser,))
    cursor.execute(_UNDO["give_back"], (to_blob(merge_id), loser, winner))
    if evidence[0] == "user_id":
        cursor.execute(_UNDO["restore_customer"], (project, loser, evidence[1], FORMER_USER_ID))
    cursor.execute(_UNDO["mark_undone"], (to_blob(merge_id), at))
    rehome_contacts(cursor, project, loser)
    note_again(cursor, project, loser)
    for profile in (winner, loser):
        recount(cursor, profile, policy)
    _remember(cursor, project, evidence, winner, loser)
    add_to_totals(cursor, project, stages_before, stages(cursor, winner, loser))
    record = columns_of_record("undo", actor, DecisionDetail(comment=comment))
    row = (project, at, "undone", message_id, *evidence[:3], loser, winner, to_blob(merge_id), *record)
    cursor.execute(_WRITER["add_history"], row)
    return to_text(winner), to_text(loser)


def _refuse_if_needed(cursor: apsw.Cursor, merge: bytes, winner: bytes, undone_at: int | None) -> None:
    if undone_at is not None:
        raise AlreadyUndone(to_text(merge))
    if (later := builds_on(cursor, merge, winner)) is not None:
        raise BuiltOn(to_text(later))


def builds_on(cursor: apsw.Cursor, merge: bytes, winner: bytes) -> bytes | None:
    """The later merge that has to be undone before this one into this winner, if there is any."""
    absorbed = cursor.execute(_UNDO["absorbed_since"], (winner,)).fetchone()
    later = absorbed or cursor.execute(_UNDO["built_on"], (merge, winner)).fetchone()
    return None if later is None else later[0]


def recount(cursor: apsw.Cursor, profile: bytes, policy: Policy) -> None:
    """Write down anew what the profile holds."""
    card = Card(to_text(profile))
    for identifier in map(Identifier._make, cursor.execute(_UNDO["held"], (profile,)).fetchall()):
        card.gain(identifier, contact=policy.classes.get(identifier.namespace) is IdentifierClass.CONTACT)
    card.members = cursor.execute(_UNDO["members"], (profile,)).get
    cursor.execute(_WRITER["change_card"], (profile, *columns_of(card)))


def _remember(cursor: apsw.Cursor, project: int, evidence: list[str], winner: bytes, loser: bytes) -> None:
    """Keep the two apart, by the identifier that reached the loser as by the one that named the winner."""
    for identifier in filter(_is_named, (evidence[:3], evidence[3:])):
        cursor.execute(_UNDO["separate"], (project, *identifier, winner, loser))


def _is_named(identifier: list[str]) -> bool:
    """A merge by hand may have had no identifier to it."""
    return identifier[0] != ""


def stages(cursor: apsw.Cursor, *profiles: bytes) -> list[int]:
    """The stages that these profiles are counted in."""
    return [cursor.execute(_UNDO["stage"], (profile,)).get for profile in profiles]


def add_to_totals(cursor: apsw.Cursor, project: int, before: list[int], after: list[int]) -> None:
    """Count the profiles by stage as they now are."""
    for stages, growth in ((before, -1), (after, 1)):
        rows: list[tuple[Any, ...]] = [(project, Stage(stage).label, growth) for stage in stages]
        cursor.executemany(_WRITER["add_total"], rows)
