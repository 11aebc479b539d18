"""JSON of the changes of an identity policy. The policy itself has the same form in storage and in the API."""

from __future__ import annotations

import msgspec

from passerby.accounts.policy import IdentityPolicy
from passerby.accounts.policy import PolicyChange as RecordedChange
from passerby.clock import iso
from passerby.services.cursors import Listed


class PolicyChange(msgspec.Struct, kw_only=True):
    """A change of the policy: when, by whom, from what and to what. `id` orders changes."""

    id: int
    at: str
    who: str
    before: IdentityPolicy
    after: IdentityPolicy


class PolicyHistory(msgspec.Struct, kw_only=True):
    """Changes of the identity policy, newest first."""

    changes: list[PolicyChange]
    cursor: str | None


def policy_history(found: Listed[RecordedChange]) -> PolicyHistory:
    """Return the JSON of a page of changes."""
    changes = [
        PolicyChange(id=each.id, at=iso(each.at), who=each.who, before=each.before, after=each.after)
        for each in found.items
    ]
    return PolicyHistory(changes=changes, cursor=found.cursor)
