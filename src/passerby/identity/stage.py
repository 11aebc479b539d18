"""Lifecycle stages of profiles (design, Profiles)."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum
from typing import Final


class Stage(IntEnum):
    """The stages in rising order, as numbers because the state and the resolver compare them."""

    ANONYMOUS = 0
    LEAD = 1
    CUSTOMER = 2

    @property
    def label(self) -> str:
        """The stage's name in the API."""
        return _LABELS[self]


_LABELS: Final = tuple(stage.name.lower() for stage in Stage)
"""By the stage's number: the worker asks for some per message, and an enumeration takes a while to name a member."""


def stage_of(user_id: str | None, contacts: Collection[object]) -> Stage:
    """Return the stage of a profile with this customer id, if any, and these contact identifiers."""
    if user_id is not None:
        return Stage.CUSTOMER
    return Stage.LEAD if contacts else Stage.ANONYMOUS
