"""Tracking ids: version 2 responds to a write with one, and `GET /users/track/{trackingId}` returns its state.

A tracking id contains the counts of its call, so nothing is stored for it. The last message of the call has the id's
first part as its deduplication key: once the state knows that key, all messages of the call are applied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec

from passerby.dialects.contract import Lookup, LookupResult, Outcome
from passerby.dialects.crossengage.keys import NAME
from passerby.dialects.crossengage.rest import NOT_FOUND, Sent, reply
from passerby.messages import Message

LIFETIME_MS: Final = 24 * 60 * 60 * 1000
"""How long a tracking id is valid (User Management API v2, Request tracking). The state keeps the keys as long."""
PARAMETER: Final = "trackingId"
_LENGTH: Final = 200
"""Characters. A longer id is cut, and is then invalid by its checksum."""
_FORM: Final = re.compile(r"(?P<key>[A-Za-z0-9-]+)_(?P<at>[0-9]+)_(?P<total>[0-9]+)_(?P<error>[0-9]+)_(?P<kept>[01])")


class Counts(NamedTuple):
    """The number of entries of a call, and of the invalid ones among them."""

    total: int = 1
    error: int = 0


_ONE: Final = Counts()


def accepted(
    sent: Sent, messages: Sequence[Message], counts: Counts = _ONE, errors: Sequence[dict[str, Any]] = ()
) -> Outcome:
    """Return 202 with a tracking id, and the `errors` of invalid entries."""
    key, (total, failed) = sent.request.new_id(), counts
    body = f"{key}_{sent.request.received_at}_{total}_{failed}_{int(bool(messages))}"
    answer: dict[str, Any] = {PARAMETER: f"{body}_{_checksum(sent.project, body)}"}
    if errors:
        answer["errors"] = list(errors)
    kept = [*messages[:-1], msgspec.structs.replace(messages[-1], deduplication_key=key)] if messages else []
    return Outcome(reply(202, answer), kept)


def track(sent: Sent) -> Outcome | Lookup:
    """`GET /users/track/{trackingId}`: PENDING until everything of the call is applied, then PROCESSED."""
    body, _, checksum = sent.parameters[PARAMETER][:_LENGTH].rpartition("_")
    found = _FORM.fullmatch(body)
    if found is None or checksum != _checksum(sent.project, body):
        return NOT_FOUND
    if sent.request.received_at - int(found["at"]) > LIFETIME_MS:
        return NOT_FOUND
    total, error = int(found["total"]), int(found["error"])

    def respond(known: LookupResult) -> Outcome:
        stage = "PROCESSED" if known.seen or found["kept"] == "0" else "PENDING"
        return Outcome(reply(200, {"stage": stage, "total": total, "success": total - error, "error": error}))

    return Lookup(sent.project, (), None, respond, (NAME, found["key"]))


def _checksum(project: int, body: str) -> str:
    """Checksum that detects ids of other projects and forged ids. No secret: only clients with the token can ask."""
    return sha256(f"{project}_{body}".encode()).hexdigest()[:16]
