"""Identifiers shared by everyone and profiles with huge histories: the rows read for them stay bounded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.worker.comparison import TIGHT_LIMITS, Comparison, temporary_folder

from passerby.identity.stage import Stage
from passerby.messages import Identifier
from passerby.state.manager.explain import LONGEST
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.views import HistoryEntry

MANY = 60
CUSTOMER = Identifier("user_id", "u1")
DEVICE = Identifier("mobile_id", "m1")


@pytest.fixture
def comparison() -> Iterator[Comparison]:
    """A project in which a profile may hold up to three devices, and two wait behind a hint."""
    with temporary_folder() as folder, closing(Comparison(folder / "state.db", TIGHT_LIMITS)) as comparison:
        yield comparison


@pytest.fixture
def reader(comparison: Comparison) -> Iterator[SqliteStateReader]:
    with closing(SqliteStateReader(comparison.path)) as reader:
        yield reader


def visitor(number: int) -> Identifier:
    return Identifier("anonymous_id", f"v{number}")


def owner(reader: SqliteStateReader, identifier: Identifier) -> str:
    profile = reader.profile_of(1, identifier)
    assert profile
    return profile.id


def history(reader: SqliteStateReader, profile: str, *, limit: int) -> list[HistoryEntry]:
    """All of a profile's history, page by page, each of at most so many entries."""
    entries: list[HistoryEntry] = []
    after: int | None = 0
    while after is not None:
        page = reader.history(1, profile, limit=limit, after=after)
        assert page
        assert len(page.entries) <= limit
        entries += page.entries
        after = page.after
    return entries


def assert_pages_are_the_whole_history(reader: SqliteStateReader, profile: str, limited: int) -> None:
    entries = history(reader, profile, limit=7)
    assert entries == history(reader, profile, limit=10 * MANY)
    assert sum(entry.kind == "limited" for entry in entries) == limited


def test_a_customer_id_that_many_devices_share_has_no_more_of_them_than_the_limit(
    comparison: Comparison, reader: SqliteStateReader
) -> None:
    for number in range(MANY):
        comparison.append(CUSTOMER, visitor(number))
    comparison.apply()
    comparison.check()
    profile = reader.profile_of(1, CUSTOMER)
    assert profile
    assert (len(profile.identifiers), profile.event_count) == (4, MANY)
    assert_pages_are_the_whole_history(reader, profile.id, MANY - 3)


def test_a_profile_on_which_many_aliases_are_tried_absorbs_no_more_than_the_limit(
    comparison: Comparison, reader: SqliteStateReader
) -> None:
    for number in range(MANY):
        comparison.append(visitor(number))
        comparison.append(CUSTOMER, Identifier("previous_id", visitor(number).value), kind="identify")
    comparison.apply()
    comparison.check()
    profile = reader.profile_of(1, CUSTOMER)
    assert profile
    assert (len(profile.identifiers), len(profile.members)) == (4, 3)
    # Of the visitors as of the previous ids: three of the one and two of the other are kept.
    assert_pages_are_the_whole_history(reader, profile.id, MANY - 3 + MANY - 2)
    alone = reader.profile_of(1, visitor(MANY - 1))
    assert alone
    assert (alone.stage, alone.event_count) == (Stage.ANONYMOUS, 1)


def test_a_profile_on_which_many_customer_ids_are_tried_stays_what_it_is(
    comparison: Comparison, reader: SqliteStateReader
) -> None:
    comparison.append(CUSTOMER, kind="identify")
    for number in range(MANY):
        comparison.append(CUSTOMER, Identifier("previous_id", f"u1{number}"), kind="identify")
    comparison.apply()
    comparison.check()
    entries = history(reader, owner(reader, CUSTOMER), limit=7)
    assert [entry.kind for entry in entries] == ["created", *["attached"] * 3, *["limited"] * (MANY - 2)]
    assert len(comparison.observer.rows("SELECT * FROM identifiers WHERE namespace = 'previous_id'")) == 2


def test_a_shared_hint_links_no_more_profiles_than_the_limit(comparison: Comparison, reader: SqliteStateReader) -> None:
    for number in range(MANY):
        comparison.append(visitor(number), Identifier("device_id", "d1"))
    comparison.apply()
    comparison.check()
    assert history(reader, owner(reader, visitor(1)), limit=7)[-1].kind == "attached"
    assert history(reader, owner(reader, visitor(MANY - 1)), limit=7)[-1].kind == "limited"
    assert len(comparison.observer.rows("SELECT * FROM hint_links")) == 2


def test_a_profile_whose_devices_move_on_absorbs_no_more_than_the_limit(
    comparison: Comparison, reader: SqliteStateReader
) -> None:
    other = Identifier("user_id", "u2")
    comparison.append(CUSTOMER, kind="identify")
    for number in range(MANY):
        comparison.append(visitor(number))
        comparison.append(CUSTOMER, visitor(number), kind="identify")
        comparison.append(other, visitor(number), kind="identify")
    comparison.apply()
    comparison.check()
    for customer in (CUSTOMER, other):
        profile = reader.profile_of(1, customer)
        assert profile
        assert len(profile.members) <= 3
        entries = history(reader, profile.id, limit=7)
        assert entries[-1].kind == "limited"


def test_why_lists_the_last_decisions_about_a_shared_device(comparison: Comparison, reader: SqliteStateReader) -> None:
    for number in range(LONGEST + 5):
        comparison.append(Identifier("user_id", f"u{number}"), DEVICE, kind="identify")
    comparison.apply()
    last = owner(reader, DEVICE)
    chain = reader.why(1, last, DEVICE)
    assert chain
    assert (len(chain), chain[-1].to) == (LONGEST, last)
    assert [entry.to for entry in chain[:-1]] == [entry.from_ for entry in chain[1:]]
