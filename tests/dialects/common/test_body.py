from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.dialect_calls import request

from passerby.dialects.common import lenient
from passerby.dialects.common.body import (
    ATTRIBUTE_LIMIT,
    BYTE_ORDER_MARK,
    DEPTH_LIMIT,
    RECORD_LIMIT,
    SHALLOW,
    decode,
    read_body,
)
from passerby.dialects.common.lenient import ELEMENTS, TEXT_LIMIT, RefusedRecord, Unreadable
from passerby.dialects.contract import Fault, RequestFault

SHOWN = lenient.RECORD_LIMIT


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


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)


@given(JSON_VALUES, st.integers(0, 2 * SHALLOW))
def test_a_value_is_the_same_however_deep_it_is(value: Any, outer: int) -> None:
    for _ in range(outer):
        value = [value]
    body = msgspec.json.encode(value)
    assert repr(decode(body)) == repr(msgspec.json.decode(body))


@pytest.mark.parametrize("number", ["-0", "18446744073709551616", "1" * 400, "1e22", "1.0", "5e-324", "0.1e1"])
@pytest.mark.parametrize("depth", [1, SHALLOW, SHALLOW + 1])
def test_a_number_is_the_same_however_deep_it_is(number: str, depth: int) -> None:
    value = decode(("[" * depth + number + "]" * depth).encode())
    for _ in range(depth):
        (value,) = value
    assert repr(value) == repr(msgspec.json.decode(number))


def members(number: int) -> dict[str, int]:
    return {f"name{i}": i for i in range(number)}


@pytest.mark.parametrize(
    "body", [b"", b" ", b"{", b'{"a":', b"{'a':1}", b'{"a":nan}', b'{"a":1}x', b"\x00", b'{"a":-NaN}', b'{"a":1e}']
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    assert fault_of(body).fault is Fault.NOT_JSON


def test_an_empty_body_is_called_empty() -> None:
    assert fault_of(b"").detail == "The body is empty"


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
    assert fault_of(msgspec.json.encode(members(ATTRIBUTE_LIMIT + 1)), ELEMENTS).fault is Fault.TOO_MANY_ATTRIBUTES


@pytest.mark.parametrize(
    "body",
    [
        {"events": [{}], "more": members(ATTRIBUTE_LIMIT)},
        {"events": members(ATTRIBUTE_LIMIT)},
        [members(ATTRIBUTE_LIMIT), members(1)],
    ],
)
def test_a_body_with_too_many_members_outside_its_records_is_rejected(body: Any) -> None:
    assert fault_of(msgspec.json.encode(body), "events").fault is Fault.TOO_MANY_ATTRIBUTES


@pytest.mark.parametrize("mark", [b"", BYTE_ORDER_MARK])
def test_a_record_too_rich_is_refused_alone_and_kept_as_it_was_sent(mark: bytes) -> None:
    rich = msgspec.json.encode(members(ATTRIBUTE_LIMIT + 1))
    assert decode(mark + b'{"events":[{}, %b, {"a":1}]}' % rich, "events") == {
        "events": [{}, RefusedRecord(Fault.TOO_MANY_ATTRIBUTES, rich.decode()), {"a": 1}]
    }


@pytest.mark.parametrize("depth", [DEPTH_LIMIT + 1, 500, 5_000])
@pytest.mark.parametrize("unit", ["[", '{"a" :', '{"]\\"}": {"a":1,"b":'])
def test_a_record_too_deep_is_refused_alone_and_kept_as_it_was_sent(unit: str, depth: int) -> None:
    opened = re.sub(r'"(\\.|[^"\\])*"', "", unit)
    closing = "".join({"{": "}", "[": "]"}[c] for c in reversed(opened) if c in "[{")
    deep = unit * depth + "1" + closing * depth
    sent = f'{{"a":[1], "events" : [ {{"b":2}} , {deep} ,{{}}], "c": {{}} }} '.encode()
    assert decode(sent, "events") == {
        "a": [1],
        "events": [{"b": 2}, RefusedRecord(Fault.TOO_DEEP, deep[:SHOWN]), {}],
        "c": {},
    }
    assert decode(f"[{deep},1]".encode(), ELEMENTS) == [RefusedRecord(Fault.TOO_DEEP, deep[:SHOWN]), 1]


def test_a_record_may_be_as_deep_as_a_body() -> None:
    assert decode(b'{"events":[%b]}' % nested(DEPTH_LIMIT), "events")["events"] == [decode(nested(DEPTH_LIMIT))]


DEEP = b"[" * 5_000 + b"]" * 5_000


@pytest.mark.parametrize(
    "body, fault",
    [
        (b'{"a":%b,"events":[{}]}' % DEEP, Fault.TOO_DEEP),
        (b'{"a":%b,"events":[{}]}' % nested(DEPTH_LIMIT), Fault.TOO_DEEP),
        (b'{"events":%b' % DEEP, Fault.NOT_JSON),
        (b'{"events":[%b' % DEEP, Fault.NOT_JSON),
        (b'{"events":[%b}' % DEEP, Fault.NOT_JSON),
        (b'{"events":[%b,]}' % DEEP, Fault.NOT_JSON),
        (b'{"events":[%b]}]' % DEEP, Fault.NOT_JSON),
        (b'{"events":[%b],}' % DEEP, Fault.NOT_JSON),
        (b'{"events":[%b],1:2}' % DEEP, Fault.NOT_JSON),
        (b'{"events":[%b],"a" 1}' % DEEP, Fault.NOT_JSON),
        (b'{"events":[%b]}' % DEEP[:-1], Fault.NOT_JSON),
        (b'{"events":[%b"\n"%b]}' % (DEEP[:5_000], DEEP[5_000:]), Fault.NOT_JSON),
        (DEEP, Fault.TOO_DEEP),
    ],
)
def test_an_error_next_to_a_deep_record_rejects_the_body(body: bytes, fault: Fault) -> None:
    assert fault_of(body, "events").fault is fault


def test_a_deep_record_that_takes_long_to_pass_over_refuses_the_whole_body() -> None:
    record = b"[" * 2_000 + b'[""],' * 200_000 + b"1" + b"]" * 2_000
    assert fault_of(b"[1,%b]" % record, ELEMENTS).fault is Fault.TOO_DEEP


def test_no_more_records_are_examined_than_a_call_takes() -> None:
    deep = b"%b," % nested(DEPTH_LIMIT + 1)
    found = decode(b"[%b1]" % (deep * (RECORD_LIMIT + 5)), ELEMENTS)
    assert [type(record) is RefusedRecord for record in found[RECORD_LIMIT - 1 : RECORD_LIMIT + 1]] == [True, False]


@pytest.mark.parametrize(
    "half, whole",
    [
        (r"\ud83d", "\ufffd"),
        (r"\uDC00", "\ufffd"),
        (r"\uD83D\uDC00", "\U0001f400"),
        (r"\udc00\ud83d", "\ufffd\ufffd"),
        (r"\ud83d\ud83d\ude00", "\ufffd😀"),
        (r"\ud83d\u0041", "\ufffdA"),
        (r"\ud83d\\ude00", r"�\ude00"),
        (r"\\ud83d\ud83d", "\\ud83d\ufffd"),
        (r"\\\ud83d", "\\\ufffd"),
        (r"\\\\ud83d \ud83dx", r"\\ud83d �x"),
        (r"\n\ud83d\n", "\n\ufffd\n"),
    ],
)
def test_half_a_surrogate_pair_is_the_replacement_character(half: str, whole: str) -> None:
    assert decode(f'{{"{half}":["{half}"]}}'.encode()) == {whole: [whole]}


@pytest.mark.parametrize("text", [r"\\ud83d", r"\ud83d\ude00"])
def test_text_that_resembles_half_a_surrogate_pair_is_kept_next_to_a_real_one(text: str) -> None:
    value, _ = decode(f'["{text}","\\ud800"]'.encode())
    assert value == msgspec.json.decode(f'"{text}"')


@pytest.mark.parametrize(
    "number", ["1e400", "-1E+0400", "NaN", "Infinity", "-Infinity", "9" * 5_000, "9" * 5_000 + ".5", "9" * 400 + "e1"]
)
def test_a_number_that_cannot_be_represented_is_kept_as_its_text(number: str) -> None:
    sent = request("/", f'{{"a":[{number},1.5,2],"b":1e30,"c":12345678901234567890123}}'.encode())
    value = read_body(sent)
    assert sent.unreadable
    assert type(value["a"][0]) is Unreadable
    shown = f'{{"a":["{number[:TEXT_LIMIT]}",1.5,2],"b":1e30,"c":12345678901234567890123}}'
    assert msgspec.json.decode(msgspec.json.encode(value)) == msgspec.json.decode(shown)


def test_what_the_fast_decoder_reads_is_not_marked_as_unreadable() -> None:
    sent = request("/", b'{"a":1}')
    read_body(sent)
    assert not sent.unreadable


@given(st.binary() | st.text('[]{}:,"\\u0e1-. ').map(str.encode))
def test_any_bytes_are_decoded_or_a_fault(body: bytes) -> None:
    with suppress(RequestFault):
        decode(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_encoded_json_is_decoded_unchanged(value: Any) -> None:
    assert decode(msgspec.json.encode(value)) == value
