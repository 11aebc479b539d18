"""Ids of profiles and merges, as functions of the message that causes them.

A log that is applied again to an empty state, after a restore or on another machine, gives the same ids. They are not
derived from identifiers, because after an undo a profile may go on without the identifier that it began with.
"""

from __future__ import annotations

from typing import Final

_DIGITS: Final = 6
MOST: Final = 16**_DIGITS
"""How many ids one message can cause."""


def caused_id(message_id: str, number: int) -> str:
    """Return the id of a profile or merge: the message's id with a number from 0 in place of its last 24 bits.

    Message ids are UUIDv7: their first 104 bits hold the time and the 42-bit counter of the process that made them,
    and are not used twice. The result is a UUIDv7 of the same time; ids of one message are in the order of their
    numbers, those of two messages mostly in the order in which they were received. Raises OverflowError from MOST on.
    """
    if number >= MOST:
        raise OverflowError(f"message {message_id} causes more than {MOST} profiles and merges")
    return f"{message_id[:-_DIGITS]}{number:0{_DIGITS}x}"
