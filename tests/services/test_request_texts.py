"""The texts of rejected requests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.dialects.contract import Fault
from passerby.services.request_texts import rejection_message


@pytest.mark.parametrize(
    "reason, detail, answer, status, message",
    [
        ("not_json", "", "", 400, "The body is not JSON."),
        ("not_json", "The body is empty", "", 400, "The body is not JSON. The body is empty."),
        ("unknown_path", "", "", 404, "There is no such call."),
        ("unknown_key", "", "No such key.", 401, "No such key."),
        ("invalid", "", "event is required.", 400, "event is required."),
        ("invalid", "", "", 401, "Unauthorized"),
        ("invalid", "", "", 799, "HTTP status 799"),
        ("mistake", "", "", 500, "An internal error occurred. Nothing of the request was stored."),
    ],
)
def test_a_rejected_request_says_what_was_wrong(
    reason: str, detail: str, answer: str, status: int, message: str
) -> None:
    assert rejection_message(reason, detail, answer, status) == message


@given(
    reason=st.sampled_from([*(fault.value for fault in Fault), "invalid", "mistake", "a later code"]),
    detail=st.sampled_from(["", "A batch takes at most 100 items", "It ends too early."]),
    status=st.integers(100, 999),
)
def test_every_code_has_a_text(reason: str, detail: str, status: int) -> None:
    message = rejection_message(reason, detail, "", status)
    assert message
    assert not set("{}<>") & set(message)
    assert ".." not in message
