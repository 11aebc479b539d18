"""Test profiles: those whose identifiers all begin with `passerby-test`.

The prefix is part of the identifiers, so any client can send it and ingestion needs no extra check. A profile that also
has the identifier of a real user is not a test profile.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

PREFIX: Final = "passerby-test"
"""The prefix of test identifiers: `passerby-test`, `passerby-test-7`, `passerby-test@example.com`."""
END: Final = PREFIX[:-1] + chr(ord(PREFIX[-1]) + 1)
"""The first string after all with the prefix: the end of the index range."""


def is_test(identifiers: Iterable[str]) -> bool:
    """Return whether a profile with these identifier values is a test profile; false for a profile without any."""
    values = list(identifiers)
    # Without identifiers is an event that nothing identifies: it may be a real user's.
    return bool(values) and all(value.startswith(PREFIX) for value in values)
