"""Invalid messages: records that cannot be used are stored for inspection and counted."""

from __future__ import annotations

from typing import Any

from passerby.dialects.common.lenient import RefusedRecord
from passerby.dialects.contract import Request
from passerby.messages import Message, Violation


def invalid_message(request: Request, project: int, dialect: str, sent: Any, *violations: Violation) -> Message:
    """Return an invalid message. It has no deduplication key, so that a corrected record can reuse the one sent."""
    return Message(
        project=project,
        id=request.new_id(),
        dialect=dialect,
        kind="invalid",
        identifiers=(),
        time=request.received_at,
        received_at=request.received_at,
        properties={"body": sent},
        violations=violations,
    )


def refused_message(request: Request, project: int, dialect: str, record: RefusedRecord) -> Message:
    """Return the invalid message of a record that exceeds a limit."""
    return invalid_message(request, project, dialect, record.text, Violation(f"record_{record.fault.value}"))
