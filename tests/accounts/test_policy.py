"""Validation of identity policies, and the author of their changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from passerby.accounts.errors import BadPolicy, NoSuchProject
from passerby.accounts.policy import IdentityPolicy, resolver_policy
from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.identity.namespaces import DEFAULT_POLICY, IdentifierClass


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteProjects]:
    with SqliteProjects(tmp_path / "control.db") as store:
        store.add_project("default", 1)
        yield store


def policy(**fields: Any) -> IdentityPolicy:
    return msgspec.convert(fields, IdentityPolicy)


def test_without_any_wish_the_rules_are_the_built_in_ones() -> None:
    assert resolver_policy(IdentityPolicy()) == DEFAULT_POLICY


def test_wishes_are_the_resolvers() -> None:
    wished = policy(
        blocked_values=[" Gu\u200best "],
        limits={"mobile_id": 5, "card": 2},
        contact_traits=["email"],
        namespaces={"card": "contact", "cookie": "device"},
    )
    found = resolver_policy(wished, "PT")
    assert found.blocked == frozenset({"guest"})
    assert found.contact_traits == frozenset({"email"})
    assert found.phone_country == "PT"
    assert (found.classes["card"], found.classes["cookie"]) == (IdentifierClass.CONTACT, IdentifierClass.DEVICE)
    assert [found.limits[name] for name in ("mobile_id", "card", "cookie", "email")] == [5, 2, 1_000, 20]


def test_changes_are_kept_with_who_and_when(store: SqliteProjects) -> None:
    first, second = policy(blocked_values=["guest"]), policy(limits={"email": 3})
    store.set_policy(1, first, "back office", 5_000)
    store.set_policy(1, second, "grace", 6_000)
    assert store.project("default").settings.policy == second
    newest, oldest = store.policy_changes(1, limit=10)
    assert (oldest.who, oldest.at, oldest.before, oldest.after) == (
        *("back office", 5_000),
        *(IdentityPolicy(), first),
    )
    assert (newest.before, newest.after) == (first, second)
    assert store.policy_changes(1, limit=10, before=newest.id) == [oldest]


def test_what_changes_nothing_is_no_change(store: SqliteProjects) -> None:
    store.set_policy(1, IdentityPolicy(), "ada", 1)
    assert store.policy_changes(1, limit=10) == []


@pytest.mark.parametrize(
    "fields, why",
    [
        ({"namespaces": {"email": "device"}}, "invalid namespace"),
        ({"namespaces": {"former_user_id": "device"}}, "invalid namespace"),
        ({"namespaces": {"No Good": "device"}}, "invalid namespace"),
        ({"limits": {"user_id": 2}}, "cannot have a limit"),
        ({"limits": {"strange": 2}}, "cannot have a limit"),
    ],
)
def test_what_cannot_be_is_refused(store: SqliteProjects, fields: dict[str, Any], why: str) -> None:
    with pytest.raises(BadPolicy, match=why):
        store.set_policy(1, policy(**fields), "ada", 1)
    assert store.policy_changes(1, limit=10) == []


def test_an_additional_namespace_stays_as_it_is(store: SqliteProjects) -> None:
    store.set_policy(1, policy(namespaces={"card": "contact"}), "ada", 1)
    for later in ({}, {"card": "device"}):
        with pytest.raises(BadPolicy, match="must stay"):
            store.set_policy(1, policy(namespaces=later), "ada", 1)
    store.set_policy(1, policy(namespaces={"card": "contact", "cookie": "device"}), "ada", 1)


def test_an_unknown_project_has_no_policy(store: SqliteProjects) -> None:
    with pytest.raises(NoSuchProject):
        store.set_policy(7, IdentityPolicy(), "ada", 1)
