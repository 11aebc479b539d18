"""The identity policy of a project."""

from __future__ import annotations

import msgspec

from passerby.accounts.errors import BadPolicy
from passerby.accounts.policy import IdentityPolicy, PolicyChange
from passerby.services import cursors
from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.cursors import Listed, Page
from passerby.services.errors import invalid
from passerby.services.use_cases import changing, reading


@reading()
def get_policy(access: Access) -> IdentityPolicy:
    """Return the identity policy."""
    with access.context.control() as control:
        return control.project_numbered(access.project).settings.policy


@changing(Permission.MANAGE)
def change_policy(access: Access, policy: IdentityPolicy) -> IdentityPolicy:
    """Replace the identity policy. It holds for messages that are applied from about a second later on.

    Raises InvalidParameters for a policy that cannot follow the current one.
    """
    recorded = access.recording("policy.changed", details=msgspec.to_builtins(policy))
    with recorded, access.context.control() as control, control.transaction():
        try:
            control.set_policy(access.project, policy, access.caller.label, access.context.now())
        except BadPolicy as fault:
            raise invalid("policy", str(fault)) from None
        return control.project_numbered(access.project).settings.policy


@reading()
def list_policy_changes(access: Access, page: Page) -> Listed[PolicyChange]:
    """Return a page of changes of the policy, the newest first."""
    place = cursors.decode(page.cursor, cursors.AfterChange)
    with access.context.control() as control:
        before = place.number if place else None
        found = control.policy_changes(access.project, limit=page.limit + 1, before=before)
    shown, more = found[: page.limit], len(found) > page.limit
    return Listed(shown, cursors.encode(cursors.AfterChange(shown[-1].id)) if more else None)
