"""JSON of the changes of an identity policy. The policy itself has the same form in storage and in the API."""

from __future__ import annotations

import msgspec

from passerby.accounts.policy import IdentityPolicy, PolicyChange
from passerby.clock import iso
from passerby.schemas.published import Json
from passerby.services.cursors import Listed


class PolicyChangeJson(Json, kw_only=True):
    """A change of the policy: when, by whom, from what and to what. `id` orders changes."""

    id: int
    at: str
    who: str
    before: IdentityPolicy
    after: IdentityPolicy


class PolicyHistory(msgspec.Struct, kw_only=True):
    """Changes of the identity policy, newest first."""

    changes: list[PolicyChangeJson]
    cursor: str | None


def policy_change(change: PolicyChange) -> PolicyChangeJson:
    """Return the JSON of a change of the policy."""
    return PolicyChangeJson(id=change.id, at=iso(change.at), who=change.who, before=change.before, after=change.after)


def policy_history(found: Listed[PolicyChange]) -> PolicyHistory:
    """Return the JSON of a page of changes."""
    return PolicyHistory(changes=list(map(policy_change, found.items)), cursor=found.cursor)
