"""Deduplication keys: the fast path for common ones has the same result."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passerby.dialects.common.values import KEY_LIMIT, read_key
from passerby.identity.cleaning import clean
from passerby.identity.placeholders import BLOCK_LIST

USUAL = st.text("abcdefABCDEF0123456789-_.: {}%\u200b\u00e9", max_size=140)
UNSET = st.text("0fF-:.", max_size=40)


@given(st.sampled_from(sorted(BLOCK_LIST)) | USUAL | UNSET | st.text(max_size=40), st.sampled_from(["", "users"]))
@example("ajs-next-1795168800123-6f1c1e8a", "")
@example("01a22e1c-9c24-70f0-9e9e-507dc176f10b", "")
@example("d41d8cd98f00b204e9800998ecf8427e", "")
def test_a_text_is_its_cleaned_form_or_its_hash(value: str, call: str) -> None:
    if len(value) > KEY_LIMIT and not value.isspace():
        expected = sha256(value.encode()).hexdigest()
    else:
        expected = clean("", value) or ""
    assert read_key(value, call) == (f"{call}:{expected}" if expected and call else expected)


@pytest.mark.parametrize(
    "value", [None, True, [], {}, "", "undefined", "00000000-0000-0000-0000-000000000000", "{{id}}"]
)
def test_what_marks_nothing_is_no_key(value: Any) -> None:
    assert read_key(value, "events") == ""
