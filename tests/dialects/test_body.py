from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.dialects.body import ATTRIBUTE_LIMIT, DEPTH_LIMIT, ELEMENTS, decode
from passerby.dialects.contract import Fault, RequestFault


def fault_of(body: bytes, records: str = "") -> RequestFault:
    with pytest.raises(RequestFault) as caught:
        decode(body, records)
    return caught.value


def nested(depth: int) -> bytes:
    """Arrays and objects in turn, `depth` of them one in the other."""
    value: Any = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return msgspec.json.encode(value)


def members(number: int) -> dict[str, int]:
    return {f"name{i}": i for i in range(number)}


@pytest.mark.parametrize(
    "body", [b"", b" ", b"{", b'{"a":', b"{'a':1}", b'{"a":NaN}', b'{"a":1}x', b"\x00", b'{"a":1e999}']
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    assert fault_of(body).fault is Fault.NOT_JSON


def test_an_empty_body_is_called_empty() -> None:
    assert fault_of(b"").detail == "The body is empty"


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    assert fault_of(b'{"a":' + b"9" * 5_000 + b"}").fault is Fault.NOT_JSON


@pytest.mark.parametrize("body", [b'{"a":"\xff"}', b"\xff\xfe{\x00}\x00", b'{"\xed\xa0\x80":1}', b'{"a":1}\xc3'])
def test_what_is_not_utf8_is_refused_as_that(body: bytes) -> None:
    assert fault_of(body).fault is Fault.NOT_UTF8


@pytest.mark.parametrize("text", ["\x00", "\u202e", "😀", "\ufeff", "a" * 100_000])
def test_unusual_characters_are_taken(text: str) -> None:
    assert decode(msgspec.json.encode({"a": text, text: 1})) == {"a": text, text: 1}


def test_a_byte_order_mark_is_passed_over() -> None:
    assert decode(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


def test_byte_order_marks_alone_are_no_json() -> None:
    assert fault_of(b"\xef\xbb\xbf" * 3).fault is Fault.NOT_JSON


def test_the_deepest_nesting_is_taken() -> None:
    assert decode(nested(DEPTH_LIMIT))


@pytest.mark.parametrize("depth", [DEPTH_LIMIT + 1, 500, 100_000])
def test_deeper_nesting_is_refused(depth: int) -> None:
    body = nested(depth) if depth < 1_000 else b"[" * depth + b"]" * depth
    assert fault_of(body).fault is Fault.TOO_DEEP


def test_many_shallow_arrays_are_not_deep() -> None:
    assert len(decode(msgspec.json.encode([[]] * 5_000))) == 5_000


def test_the_most_attributes_are_taken() -> None:
    assert len(decode(msgspec.json.encode(members(ATTRIBUTE_LIMIT)))) == ATTRIBUTE_LIMIT


def test_attributes_count_wherever_they_stand() -> None:
    body = {"traits": members(600), "list": [members(200), [members(198)], {}]}
    assert fault_of(msgspec.json.encode(body | {"one": "more"})).fault is Fault.TOO_MANY_ATTRIBUTES
    assert decode(msgspec.json.encode(body)) == body


def test_colons_in_strings_are_no_attributes() -> None:
    assert decode(msgspec.json.encode({"a": ":" * 5_000}))


def test_records_have_the_limit_each() -> None:
    body = msgspec.json.encode({"events": [members(ATTRIBUTE_LIMIT)] * 3})
    assert len(decode(body, "events")["events"]) == 3
    assert fault_of(body).fault is Fault.TOO_MANY_ATTRIBUTES


def test_a_body_may_be_its_records() -> None:
    body = msgspec.json.encode([members(ATTRIBUTE_LIMIT)] * 3)
    assert len(decode(body, ELEMENTS)) == 3
    assert fault_of(body).fault is Fault.TOO_MANY_ATTRIBUTES
    assert (
        fault_of(msgspec.json.encode([{}, members(ATTRIBUTE_LIMIT + 1)]), ELEMENTS).fault is Fault.TOO_MANY_ATTRIBUTES
    )
    assert fault_of(msgspec.json.encode(members(ATTRIBUTE_LIMIT + 1)), ELEMENTS).fault is Fault.TOO_MANY_ATTRIBUTES


@pytest.mark.parametrize(
    "body",
    [
        {"events": [{}, members(ATTRIBUTE_LIMIT + 1)]},
        {"events": [{}], "more": members(ATTRIBUTE_LIMIT)},
        {"events": members(ATTRIBUTE_LIMIT)},
        [members(ATTRIBUTE_LIMIT), members(1)],
    ],
)
def test_what_is_too_rich_for_one_record_or_beside_them_is_refused(body: Any) -> None:
    assert fault_of(msgspec.json.encode(body), "events").fault is Fault.TOO_MANY_ATTRIBUTES


@given(st.binary() | st.text('[]{}:,"\\u0e1-. ').map(str.encode))
def test_whatever_the_bytes_they_are_decoded_or_a_fault(body: bytes) -> None:
    with suppress(RequestFault):
        decode(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_was_encoded_is_decoded_as_it_was(value: Any) -> None:
    assert decode(msgspec.json.encode(value)) == value
