"""Test profiles: those whose identifiers all begin with `passerby-test`.

The mark is in the identifiers, so any client can send it, it costs ingestion nothing, and a profile that also has the
identifier of a real person is not one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

PREFIX: Final = "passerby-test"
"""How the identifiers of test profiles begin: `passerby-test`, `passerby-test-7`, `passerby-test@example.com`."""
END: Final = PREFIX[:-1] + chr(ord(PREFIX[-1]) + 1)
"""The first text after all that begin so."""


def is_test(identifiers: Iterable[str]) -> bool:
    """Whether a profile with these values of identifiers is a test profile. One without any is not."""
    values = list(identifiers)
    return bool(values) and all(value.startswith(PREFIX) for value in values)
