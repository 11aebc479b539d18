"""What is kept of a refused request."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from passerby.dialects.common.causes import Cause

NO_PROJECT = 0
"""Whose a request is that no project's key came with: the installation's."""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A refused request, redacted. `number` orders them; 0 before it is kept. `at` in milliseconds since 1970.

    `reason` is the code of the fault, `cause` what exactly was wrong where that is known. `answer` has the sentences of
    the dialect's own error where that is not made from a code. `body` is the beginning of what was sent.
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
    """How many requests of a project and dialect were refused in the minute (in milliseconds) that begins at `at`."""

    project: int
    at: int
    dialect: str
    count: int


class Use(NamedTuple):
    """The minute (ms) in which a key was used last, and the number of its uses in the last hour."""

    last_at: int
    last_hour: int
