"""Times as callers send them."""

from __future__ import annotations

from datetime import UTC, datetime

from passerby.services.errors import invalid


def moment_of(name: str, text: str | None, default: int) -> int:
    """Return a time in ISO 8601 as milliseconds since 1970; UTC where it has no zone. Raises ServiceError.

    `default` is returned where there is no text; `name` is the parameter that an error names.
    """
    if text is None:
        return default
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(name, "must be a time in ISO 8601, such as 2026-11-20T10:00:00Z") from None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(zoned.timestamp() * 1000)
