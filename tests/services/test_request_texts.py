"""The texts of rejected requests."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.dialects.common.causes import TEXTS, Cause, CauseCode
from passerby.dialects.contract import Fault
from passerby.services.request_texts import rejection_message


@pytest.mark.parametrize(
    "reason, cause, answer, status, message",
    [
        ("not_json", None, "", 400, "The body is not JSON."),
        ("not_json", Cause("empty_body"), "", 400, "The body is not JSON. The body is empty."),
        ("unknown_path", None, "", 404, "There is no such call."),
        ("unknown_key", None, "No such key.", 401, "No such key."),
        ("invalid", None, "event is required.", 400, "event is required."),
        ("invalid", None, "", 401, "Unauthorized"),
        ("invalid", None, "", 799, "HTTP status 799"),
        ("internal_error", None, "", 500, "An internal error occurred. Nothing of the request was stored."),
        ("mistake", None, "", 500, "An internal error occurred. Nothing of the request was stored."),
    ],
)
def test_a_rejected_request_says_what_was_wrong(
    reason: str, cause: Cause | None, answer: str, status: int, message: str
) -> None:
    assert rejection_message(reason, cause, answer, status) == message


PARAMS: dict[str, str | int] = {
    "limit": 1_000,
    "problem": "Expecting value: line 1 column 1 (char 0)",
    "position": 7,
    "items": 9,
}
CAUSES = st.none() | st.sampled_from([Cause(code, PARAMS) for code in TEXTS])


@given(
    reason=st.sampled_from([*(fault.value for fault in Fault), "invalid", "internal_error", "a later code"]),
    cause=CAUSES,
    status=st.integers(100, 999),
)
def test_every_code_has_a_text(reason: str, cause: Cause | None, status: int) -> None:
    message = rejection_message(reason, cause, "", status)
    assert message
    assert not set("{}<>") & set(message)
    assert ".." not in message


def test_every_cause_has_a_text() -> None:
    assert set(TEXTS) == set(get_args(CauseCode))
