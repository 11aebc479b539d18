"""Stages."""

from __future__ import annotations

import pytest

from passerby.identity.stage import Stage, stage_of


@pytest.mark.parametrize(
    "user_id,contacts,label",
    [
        (None, [], "anonymous"),
        (None, ["ann@example.com"], "lead"),
        ("u-1", [], "customer"),
        ("u-1", ["ann@example.com"], "customer"),
    ],
)
def test_the_strongest_identifier_makes_the_stage(user_id: str | None, contacts: list[str], label: str) -> None:
    assert stage_of(user_id, contacts).label == label


def test_stages_rise() -> None:
    assert Stage.ANONYMOUS < Stage.LEAD < Stage.CUSTOMER
