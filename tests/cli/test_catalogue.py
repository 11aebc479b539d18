"""`passerby catalogue`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import Command
from tests.state.state_builder import StateBuilder, ident

from passerby.accounts.bootstrap import FirstKeys

pytestmark = pytest.mark.usefixtures("keys")


@pytest.fixture
def filled(data: Path, keys: FirstKeys, capsys: pytest.CaptureFixture[str]) -> Path:
    """A data directory whose catalogue has two spellings of an event and of a trait."""
    del keys  # made the folder
    with closing(StateBuilder(data / "state.db")) as builder:
        for name in ("buy", "Bought"):
            builder.track(name, ident("mobile_id", "m1"), total=1)
        builder.identify(ident("user_id", "u1"), firstName="Ada", first_name="Ada")
    capsys.readouterr()
    return data


def names(passerby: Command) -> list[str]:
    return [f"{row['event']}.{row['attribute']}" for row in passerby("catalogue", "list", "--json").json]


@pytest.mark.usefixtures("filled")
def test_the_catalogue_is_listed_as_text_and_json(passerby: Command) -> None:
    assert names(passerby) == ["Bought.", "Bought.total", "buy.", "buy.total", ".firstName", ".first_name"]
    assert "number" in passerby("catalogue", "list").out


def test_without_a_state_the_list_is_empty(passerby: Command) -> None:
    assert passerby("catalogue", "list", "--json").json == []


@pytest.mark.usefixtures("filled")
def test_a_type_is_changed(passerby: Command) -> None:
    done = passerby("catalogue", "type", "total", "string", "--event", "Bought")
    assert done.out == "The type of 'total' is string; it was number.\n"
    rows = passerby("catalogue", "list", "--json").json
    assert [row["type"] for row in rows if row["attribute"] == "total"] == ["string", "number"]


@pytest.mark.usefixtures("filled")
def test_a_merge_of_spellings_is_undone(passerby: Command) -> None:
    assert passerby("catalogue", "merge", "Bought", "--event", "buy").code == 0
    assert passerby("catalogue", "merge", "first_name", "--attribute", "firstName").code == 0
    rows = passerby("catalogue", "list", "--json").json
    merged = {row["event"] or row["attribute"]: row["spellings"] for row in rows if row["spellings"]}
    assert merged == {"Bought": "buy", "first_name": "firstName"}
    assert passerby("catalogue", "undo", "--event", "buy").code == 0
    assert passerby("catalogue", "undo", "--attribute", "firstName").code == 0
    assert "buy." in names(passerby)


@pytest.mark.usefixtures("filled")
def test_names_are_deleted(passerby: Command) -> None:
    assert passerby("catalogue", "delete", "buy").out == "1 deleted.\n"
    assert passerby("catalogue", "delete", "total", "--event", "Bought").code == 0
    assert passerby("catalogue", "delete", "firstName", "--traits").code == 0
    assert names(passerby) == ["Bought.", ".first_name"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "words, complaint",
    [
        (["type", "never", "string"], "catalogue list"),
        (["merge", "b"], "name an event, an attribute of it, or a trait"),
        (["merge", "buy", "--event", "buy"], "undo that first"),
        (["undo", "--event", "buy"], "no such name"),
        (["delete", "never"], "'never'"),
        (["delete", "x", "--event", "buy", "--traits"], "cannot be combined"),
    ],
)
def test_an_invalid_change_is_rejected_with_the_reason(passerby: Command, words: list[str], complaint: str) -> None:
    done = passerby("catalogue", *words)
    assert done.code == 1
    assert complaint in done.err
