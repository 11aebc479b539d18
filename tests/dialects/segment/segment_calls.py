"""Sends Segment's calls, with the write key in a Basic header unless a test says otherwise."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

from tests.dialects.dialect_calls import WRITE_KEY, answer, send

from passerby.messages import Message

TYPES: Final = ("identify", "track", "page", "screen", "group", "alias")
ITEM_PATHS: Final = tuple(f"/v1/{name}" for type_ in TYPES for name in (type_, type_[0]))
BATCH_PATHS: Final = ("/v1/batch", "/v1/b", "/v1/import", "/beacon/v1/batch")
PATHS: Final = ITEM_PATHS + BATCH_PATHS
METRICS: Final = "/v1/m"
SETTINGS: Final = f"/v1/projects/{WRITE_KEY}/settings"
CUSTOMERIO_SETTINGS: Final = f"/customerio{SETTINGS}"
SOURCE_CONFIG: Final = "/sourceConfig"
PIXELS: Final = (*(f"/v1/pixel/{type_}" for type_ in TYPES), "/pixel/v1/page", "/pixel/v1/track")
READS: Final = (SETTINGS, CUSTOMERIO_SETTINGS, SOURCE_CONFIG, *PIXELS)

SUCCESS: Final = {"success": True}
TRACK: Final = {"userId": "u-1", "event": "Paid"}


def basic(user: str) -> dict[str, str]:
    """The header of Basic authentication with exactly this between its scheme and its end."""
    return {"authorization": f"Basic {b64encode(user.encode()).decode()}"}


AUTHORISED: Final = basic(f"{WRITE_KEY}:")


def messages(path: str, body: Any, headers: dict[str, str] | None = None) -> list[Message]:
    """The messages of a call, which is answered with success as nearly all are."""
    outcome = send(path, body, AUTHORISED | (headers or {}))
    assert (outcome.reply.status, answer(outcome)) == (200, SUCCESS)
    return outcome.messages


def message(path: str, body: Any, headers: dict[str, str] | None = None) -> Message:
    """The one message of a call, by which it is taken."""
    (made,) = messages(path, body, headers)
    assert made.kind != "invalid", made
    return made


def refused(path: str, body: Any) -> tuple[str, str, str]:
    """Kind, field and sample of the violation in the invalid message that a call makes. It keeps what was sent."""
    (made,) = messages(path, body)
    assert (made.kind, made.identifiers, made.traits, made.context, made.name) == ("invalid", (), {}, {}, "")
    assert made.properties == {"body": body}
    (violation,) = made.violations
    assert violation.subject == ""
    return violation.kind, violation.attribute, violation.sample
