"""Lifecycle stages of profiles (design, Profiles)."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum
from typing import Final, Literal, get_args

StageLabel = Literal["anonymous", "lead", "customer"]
"""The names of the stages in JSON, in rising order."""


class Stage(IntEnum):
    """The stages in rising order, as numbers because the state and the resolver compare them."""

    ANONYMOUS = 0
    LEAD = 1
    CUSTOMER = 2

    @property
    def label(self) -> StageLabel:
        """The stage's name in the API."""
        return _LABELS[self]


_LABELS: Final[tuple[StageLabel, ...]] = get_args(StageLabel)
"""By the stage's number: the worker asks for some per message, and an enumeration takes a while to name a member."""


def stage_of(user_id: str | None, contacts: Collection[object]) -> Stage:
    """Return the stage of a profile with this customer id, if any, and these contact identifiers."""
    if user_id is not None:
        return Stage.CUSTOMER
    return Stage.LEAD if contacts else Stage.ANONYMOUS
