"""How a use case that changes something is described for `test_changes.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.services.harness import ServiceHarness

Calls = Callable[[ServiceHarness], None]


class Change(NamedTuple):
    """A use case. `effect` returns what there is to see of it, which is `expected` afterwards and not before.

    An interface without a call does not offer the use case.
    """

    action: str
    effect: Callable[[ServiceHarness], Any]
    expected: Any = True
    prepare: Calls = lambda _: None
    api: Calls | None = None
    console: Calls | None = None
    command: Calls | None = None
