"""The identity policy from a form."""

from __future__ import annotations

from typing import Any

import pytest

from passerby.accounts.policy import IdentityPolicy
from passerby.console.pages.policy import policy_in
from passerby.services.errors import ServiceError


def test_a_form_becomes_the_policy_that_it_says() -> None:
    form: dict[str, Any] = {
        "blocked_values": " test \r\n\r\nplaceholder\r\n",
        "limit.email": "7",
        "limit.phone": "",
        "contact_traits": ["email", "phone"],
        "namespace": " loyalty_card ",
        "class": "contact",
    }
    before = IdentityPolicy(namespaces={"household": "hint"})
    assert policy_in(form, before) == IdentityPolicy(
        blocked_values=["test", "placeholder"],
        limits={"email": 7},
        contact_traits=["email", "phone"],
        namespaces={"household": "hint", "loyalty_card": "contact"},
    )


def test_an_empty_form_leaves_nothing_but_the_namespaces() -> None:
    before = IdentityPolicy(namespaces={"household": "hint"}, blocked_values=["x"])
    assert policy_in({}, before) == IdentityPolicy(contact_traits=[], namespaces={"household": "hint"})


def test_one_box_alone_counts() -> None:
    assert policy_in({"contact_traits": "phone"}, IdentityPolicy()).contact_traits == ["phone"]


@pytest.mark.parametrize(
    "form",
    [
        {"limit.email": "0"},
        {"limit.email": "many"},
        {"contact_traits": "fax"},
        {"namespace": "x", "class": "god"},
        {"blocked_values": "x" * 1_001},
        {"limit.email": ["1", "2"]},
    ],
)
def test_what_cannot_be_a_policy_is_refused(form: dict[str, Any]) -> None:
    with pytest.raises(ServiceError):
        policy_in(form, IdentityPolicy())
