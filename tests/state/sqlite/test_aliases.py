"""Aliases in the state: how they are stored, and how undo and manual decisions change them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import apsw
import pytest
from tests.worker.comparison import Comparison, message_id, temporary_folder

from passerby.messages import Identifier
from passerby.state.manager.identity_snapshot import load
from passerby.state.sqlite.connector import SqliteConnector
from passerby.state.sqlite.reader import SqliteStateReader

U1, U2 = (Identifier("user_id", value) for value in ("u1", "u2"))
M1 = Identifier("mobile_id", "m1")
V = Identifier("anonymous_id", "v")
ALIAS = Identifier("previous_id", "v")


@pytest.fixture
def comparison() -> Iterator[Comparison]:
    with temporary_folder() as folder, closing(Comparison(folder / "state.db")) as comparison:
        yield comparison


@pytest.fixture
def reader(comparison: Comparison) -> Iterator[SqliteStateReader]:
    with closing(SqliteStateReader(comparison.path)) as reader:
        yield reader


def owner(reader: SqliteStateReader, identifier: Identifier) -> str:
    profile = reader.profile_of(1, identifier)
    assert profile
    return profile.id


def apply_calls(comparison: Comparison, *messages: tuple[Identifier, ...]) -> None:
    for names in messages:
        comparison.append(*names)
    comparison.apply()
    comparison.check()


def test_an_alias_is_found_in_a_later_batch(comparison: Comparison, reader: SqliteStateReader) -> None:
    apply_calls(comparison, (U1, ALIAS))
    apply_calls(comparison, (V,))
    assert owner(reader, V) == owner(reader, U1)


def test_why_includes_the_alias(comparison: Comparison, reader: SqliteStateReader) -> None:
    apply_calls(comparison, (U1, ALIAS), (V,))
    customer = owner(reader, U1)
    assert [entry.rule for entry in reader.why(1, customer, V) or ()] == ["alias"]
    assert [entry.message_id for entry in reader.why(1, customer, ALIAS) or ()] == [message_id(1)]


def test_a_profile_does_not_list_aliases_among_its_identifiers(
    comparison: Comparison, reader: SqliteStateReader
) -> None:
    apply_calls(comparison, (U1, ALIAS))
    profile = reader.profile_of(1, U1)
    assert profile
    assert [identifier.namespace for identifier in profile.identifiers] == ["user_id"]
    with reader.snapshot() as snapshot:
        assert snapshot.person(profile.id).newest == {"user_id": "u1"}


def test_an_undo_gives_an_alias_back_with_the_profile_that_had_it(
    comparison: Comparison, reader: SqliteStateReader
) -> None:
    apply_calls(comparison, (M1, ALIAS), (U1,), (U1, M1))
    assert comparison.undo(1, 0)
    apply_calls(comparison, (V,))
    assert owner(reader, V) == owner(reader, M1) != owner(reader, U1)


def test_a_manual_merge_includes_aliases(comparison: Comparison, reader: SqliteStateReader) -> None:
    apply_calls(comparison, (U1,), (U2, ALIAS))
    assert comparison.merge_manually(1, 0, 1, force=True) == "done"
    apply_calls(comparison, (V,))
    assert owner(reader, V) == owner(reader, U1) == owner(reader, U2)


def test_an_alias_can_be_detached_before_its_value_arrives(comparison: Comparison, reader: SqliteStateReader) -> None:
    apply_calls(comparison, (U1, ALIAS))
    assert comparison.detach(1, 0, ALIAS) == "done"
    apply_calls(comparison, (V,))
    assert owner(reader, V) != owner(reader, U1)


def test_a_detachment_leaves_the_alias_with_its_profile(comparison: Comparison, reader: SqliteStateReader) -> None:
    apply_calls(comparison, (U1, M1, ALIAS))
    assert comparison.detach(1, 0, M1) == "done"
    apply_calls(comparison, (V,))
    assert owner(reader, V) == owner(reader, U1) != owner(reader, M1)


def test_an_alias_is_of_its_own_project(comparison: Comparison, reader: SqliteStateReader) -> None:
    apply_calls(comparison, (U1, ALIAS))
    comparison.append(V, project=2)
    comparison.apply()
    comparison.check_all()
    assert owner(reader, U1)
    assert reader.profile_of(1, V) is None


def lookups(comparison: Comparison, *identifiers: Identifier) -> int:
    """How many statements loading these identifiers takes."""
    statements: list[str] = []

    def note(_cursor: apsw.Cursor, statement: str, _bindings: object) -> bool:
        statements.append(statement)
        return True

    with closing(apsw.Connection(str(comparison.path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        connection.exec_trace = note
        load(SqliteConnector(connection), 1, identifiers, ())
    return len(statements)


NEW = [Identifier("anonymous_id", f"new {number}") for number in range(10)]


def test_many_identifiers_take_no_more_statements_than_one(comparison: Comparison) -> None:
    apply_calls(comparison, (U1, M1))
    namespaces, homes, separations, any_alias = 2, 1, 1, 1
    assert lookups(comparison, U1, M1) == namespaces + homes + separations
    assert lookups(comparison, *NEW) == 1 + any_alias + separations
    apply_calls(comparison, (U1, ALIAS))
    # Only what is unknown is looked up as an alias, and only in a project that has any.
    assert lookups(comparison, U1, M1) == namespaces + homes + separations
    assert lookups(comparison, *NEW) == 2 + any_alias + separations
