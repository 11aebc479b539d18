"""What has come in of each dialect."""

from __future__ import annotations

from passerby.api.access import Access
from passerby.console.sourcing import ABOUT, Arrival
from passerby.messages import Message
from passerby.times import iso


def arrivals(access: Access) -> dict[str, Arrival]:
    """By dialect, the newest message among the last that the log looks through."""
    missing = set(ABOUT)

    def is_new(message: Message) -> bool:
        if message.dialect not in missing:
            return False
        missing.remove(message.dialect)
        return True

    newest = access.desk.log.newest(access.project, len(ABOUT), is_new)
    found = {entry.message.dialect: iso(entry.message.received_at) for entry in newest}
    return {dialect: Arrival(last_at=found.get(dialect)) for dialect in ABOUT}
