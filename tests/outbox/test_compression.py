"""Change records as a row of the outbox stores them."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest

from passerby.identity.ids import caused_id
from passerby.messages import Identifier
from passerby.outbox.compression import compressed, decompressed
from passerby.outbox.records import Attached, Change, Created, encoded
from passerby.positions import Position


def lines(messages: int) -> bytes:
    """The records of so many messages, each of which creates a profile."""
    changes: list[Change] = []
    for number in range(messages):
        at = Position(70_000 + number)
        profile = caused_id(f"01a22e7d-7091-752d-b637-99{number:04x}a91c42", 0)
        device = Identifier("anonymous_id", f"device-{number}")
        changes += (
            Created(project=1, position=at, profile=profile),
            Attached(project=1, position=at, profile=profile, identifier=device),
        )
    return encoded(changes)


@pytest.mark.parametrize("messages", [0, 1, 2, 1_000])
def test_lines_come_back_as_they_were_written(messages: int) -> None:
    assert decompressed(compressed(lines(messages))) == lines(messages)


@pytest.mark.parametrize("messages, share", [(1, 0.4), (10, 0.2), (1_000, 0.12)])
def test_rows_of_every_size_are_small(messages: int, share: float) -> None:
    assert len(compressed(lines(messages))) < share * len(lines(messages))


def test_rows_without_compression_are_read() -> None:
    assert decompressed(lines(2)) == lines(2)
    assert compressed(b"") == b""


def test_rows_of_earlier_releases_are_read() -> None:
    """A changed dictionary would make stored rows unreadable."""
    stored = (
        "783f724fdbcb839b4fc869e60640806a45a29151aa798aaeb981a5a1aeb9a9518a6e9299b1b9aea52548250490e401f26c20"
        "e0cd94d4b2cce4545d03a87701a2754506"
    )
    assert decompressed(bytes.fromhex(stored)) == lines(1)


@pytest.mark.parametrize("damage", [lambda row: row[:-8], lambda row: row[:-1] + b"?", lambda row: row[:30] + row[31:]])
def test_a_damaged_row_is_refused(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(zlib.error):
        decompressed(damage(compressed(lines(2))))
