"""Texts of errors."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from passerby.console.presenters.errors import error_texts
from passerby.services.errors import ErrorCode, ServiceError
from passerby.web.errors import STATUS

_DETAILS = {"merge_id": "m", "namespace": "email", "rule": "R3(a): two customers"}


@pytest.mark.parametrize("code", [code for code, status in STATUS.items() if status == HTTPStatus.CONFLICT])
def test_every_conflict_says_in_words_of_its_own_what_helps(code: ErrorCode) -> None:
    found = error_texts(ServiceError(code, "the API's words", _DETAILS))
    assert "the API's words" not in found.text
    assert found.title != "Request failed"


def test_what_has_to_be_undone_first_is_named() -> None:
    assert error_texts(ServiceError(ErrorCode.DEPENDENT_MERGE_EXISTS, "", {"merge_id": "m-2"})).merge_id == "m-2"


def test_a_limit_names_the_kind_of_identifier() -> None:
    assert "“Email”" in error_texts(ServiceError(ErrorCode.LIMIT_EXCEEDED, "", _DETAILS)).text


def test_other_errors_have_the_wording_of_the_api() -> None:
    assert error_texts(ServiceError(ErrorCode.OVERLOADED, "come again")).text == "Come again."
