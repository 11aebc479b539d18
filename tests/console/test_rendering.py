"""Templates escape every value and use no name that was not passed; queries of URLs."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError
from tests.console.test_hostile import CORPUS

from passerby.console import rendering
from passerby.console.routing import query


def test_a_query_omits_missing_parameters() -> None:
    assert query(q="a b", stage=None, name="", limit=5) == "?q=a+b&limit=5"
    assert query(q=None) == ""


@pytest.mark.parametrize("text", CORPUS)
def test_every_value_is_escaped(text: str) -> None:
    page = rendering.render("failure.html", page=None, title=text, text=text)
    assert text not in page or not set(text) & set("<>\"'&")


def test_a_name_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendering.render("failure.html", page=None, title="only this")
