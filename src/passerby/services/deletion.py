"""Deletion of test data."""

from __future__ import annotations

from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.use_cases import changing, reading
from passerby.state.views import Deletion


@reading()
def count_test_data(access: Access) -> Deletion:
    """Return what a deletion would remove now."""
    return access.context.state.test_data(access.project)


@changing(Permission.MANAGE)
def delete_test_data(access: Access, *, everything: bool = False) -> Deletion:
    """Delete test profiles with their events: one transaction of bounded size, or as many as it takes.

    A test profile that ever had another identifier is kept. This cannot be undone.
    """
    profiles = events = 0
    with access.recording("test_data.deleted") as change, access.context.writer() as writer:
        while True:
            found = writer.delete_test_data(access.project, access.context.now())
            profiles, events = profiles + found.profiles, events + found.events
            if not (found.more and everything):
                break
        deleted = Deletion(profiles, events, found.kept, more=found.more)
        change.details = deleted._asdict()
    return deleted
