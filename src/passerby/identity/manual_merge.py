"""Rules for manual merges: the rule that has to be overridden, and limits that cannot be."""

from __future__ import annotations

from typing import Literal

from passerby.identity.namespaces import FORMER_USER_ID, Policy
from passerby.identity.snapshot import IdentityState, exceeded_limit
from passerby.messages import Identifier


def forbidding_rule(
    winner: IdentityState, loser: IdentityState, *, detached: Identifier | None = None
) -> Literal["R3a", "R3b"] | None:
    """Return the part of R3 that forbids merging these profiles on weak evidence, if any.

    `detached` is an identifier whose detachment the merge undoes. Both held it together before, so it does not count
    as a difference.
    """
    if winner.user_id is not None and loser.user_id is not None:
        return "R3a"
    # As on weak evidence: no message has named both profiles.
    namespaces = [{contact.namespace for contact in state.contacts - {detached}} for state in (winner, loser)]
    return None if set.isdisjoint(*namespaces) else "R3b"


def exceeded_merge_limit(winner: IdentityState, loser: IdentityState, policy: Policy) -> str:
    """Return the first namespace whose limit the merged profile would exceed, else "".

    Between two customers, the loser's customer id counts as a former one, because the merge stores it as such.
    """
    moved = dict(loser.held)
    if winner.user_id is not None and moved.pop("user_id", 0):
        moved[FORMER_USER_ID] = moved.get(FORMER_USER_ID, 0) + 1
    return exceeded_limit(winner, moved, loser.members, policy)
