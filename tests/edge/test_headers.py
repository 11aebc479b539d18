"""Headers read as text by their lower-case names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from passerby.edge.headers import Headers

latin = st.text(st.characters(max_codepoint=255))


@given(plain=st.dictionaries(latin, latin))
def test_headers_are_the_mapping_that_was_sent(plain: dict[str, str]) -> None:
    headers = Headers({name.encode("latin-1"): value.encode("latin-1") for name, value in plain.items()})
    assert dict(headers) == plain
    assert len(headers) == len(plain)
    assert {name: headers.get(name) for name in plain} == plain


def test_a_header_that_is_not_there_is_none_or_what_was_asked_for() -> None:
    headers = Headers({b"a": b"1"})
    assert headers.get("b") is None
    assert headers.get("b", "2") == "2"
    assert headers.get("\u20ac") is None
    assert "b" not in headers
