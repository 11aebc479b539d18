"""Records of rejected requests, their counts, the uses of keys, and health samples."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from passerby.dialects.common.causes import Cause

NO_PROJECT = 0
"""The project of requests without the key of any project."""


class RejectedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A rejected request, redacted. `number` orders requests, 0 before it is stored. `at` in milliseconds since 1970.

    `reason` is the code of the fault, `cause` its details, if known. `answer` has the sentences of the dialect's own
    error, if the response was not made from a code. `body` is the beginning of the body.
    """

    number: int = 0
    project: int
    at: int
    dialect: str
    call: str
    status: int
    reason: str
    cause: Cause | None = None
    answer: str = ""
    method: str
    path: str
    client: str
    body: str


class Count(msgspec.Struct, frozen=True):
    """The number of rejected requests of a project and dialect in the minute that begins at `at` (ms)."""

    project: int
    at: int
    dialect: str
    count: int


class Use(NamedTuple):
    """The minute (ms) of a key's last use, and the number of uses in the last hour."""

    last_at: int
    last_hour: int


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A health sample: counts within the `seconds` up to `at` (ms since 1970), and values at that time.

    `rejected` are requests answered 4xx, `errors` those answered 5xx. `lag` in seconds.
    """

    at: int
    seconds: float
    received: int
    applied: int
    requests: int
    rejected: int
    errors: int
    backlog: int
    lag: float
    data_bytes: int
    free_bytes: int
    disk_bytes: int
