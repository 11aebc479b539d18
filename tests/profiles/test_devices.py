"""Which device a message describes."""

from __future__ import annotations

from typing import Any

import pytest

from passerby.identity.cleaning import gather
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.messages import Identifier
from passerby.profiles.devices import described

V1, V2 = (Identifier("anonymous_id", value) for value in ("v1", "v2"))
ABOUT = {"additional_info": {"model": "Pixel 9"}}


def device(context: dict[str, Any], *identifiers: Identifier) -> Identifier | None:
    return described(context, gather(identifiers), DEFAULT_POLICY)


def test_it_is_the_one_that_the_message_names_first() -> None:
    assert device(ABOUT, Identifier("email", "a@x.io"), Identifier("aaid", "g1"), V1, V2) == V1


@pytest.mark.parametrize("named", [(), (Identifier("email", "a@x.io"),), (Identifier("aaid", "g1"),)])
def test_where_none_is_named_none_is_described(named: tuple[Identifier, ...]) -> None:
    assert device(ABOUT, *named) is None


@pytest.mark.parametrize("context", [{}, {"additional_info": "x"}, {"device": {"model": "Pixel 9"}}])
def test_a_message_that_says_nothing_of_its_device_describes_none(context: dict[str, Any]) -> None:
    assert device(context, V1) is None
