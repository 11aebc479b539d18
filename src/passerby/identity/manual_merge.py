"""What a person may do that no message can, and what not even a person may."""

from __future__ import annotations

from typing import Literal

from passerby.identity.namespaces import FORMER_USER_ID, Policy
from passerby.identity.snapshot import IdentityState, exceeded_limit


def forbidding_rule(winner: IdentityState, loser: IdentityState) -> Literal["R3a", "R3b"] | None:
    """The part of R3 that forbids merging these profiles on weak evidence, if any."""
    if winner.user_id is not None and loser.user_id is not None:
        return "R3a"
    namespaces = {contact.namespace for contact in winner.contacts}
    return "R3b" if loser.has_contact_in(namespaces) else None


def exceeded_merge_limit(winner: IdentityState, loser: IdentityState, policy: Policy) -> str:
    """What the two together would have too much of, or nothing.

    The loser's customer id counts as a former one: it is kept as that where the winner is a customer too.
    """
    moved = dict(loser.held)
    if winner.user_id is not None and moved.pop("user_id", 0):
        moved[FORMER_USER_ID] = moved.get(FORMER_USER_ID, 0) + 1
    return exceeded_limit(winner, moved, loser.members, policy)
