"""Encoding and decoding of rows."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.event_store.chdb.sample_events import event, rows

from passerby.event_store.chdb.rows import decode, first_of, pieces, probes
from passerby.messages import SERVER, Rejection, RejectionDetail

LINES = st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")), max_size=20)


def test_a_batch_is_known_by_its_first_row() -> None:
    first = first_of(rows([event(7), event(8)]))
    assert (first.position, first.id) == (7, event(7).id)


@given(LINES, st.integers(1, 80))
def test_pieces_are_whole_rows_and_together_the_batch(lines: list[bytes], size: int) -> None:
    batch = b"".join(line + b"\n" for line in lines)
    parts = list(pieces(batch, size))
    assert b"".join(parts) == batch
    assert all(part.endswith(b"\n") for part in parts)
    assert all(len(part) <= size or part.count(b"\n") == 1 for part in parts)


@given(LINES, st.integers(1, 80))
def test_a_last_row_without_an_end_is_a_row(lines: list[bytes], size: int) -> None:
    batch = b"\n".join([*lines, b"last"])
    assert b"".join(pieces(batch, size)) == batch


def test_a_text_is_asked_for_as_a_string_and_as_what_it_may_be_the_json_of() -> None:
    assert probes("39.80") == ('{"value":"39.80"}', '{"value":39.8}')


def test_a_text_that_is_no_json_is_asked_for_as_a_string_only() -> None:
    assert probes("red") == ('{"value":"red"}', '{"value":"red"}')


def test_a_text_that_nests_endlessly_is_a_string() -> None:
    text, json = probes("[" * 100_000)
    assert text == json


def test_a_row_of_an_earlier_version_has_the_rule_of_a_rejected_value_as_a_sentence() -> None:
    row = msgspec.json.decode(rows([event(7)]))
    earlier = {
        "name": "price",
        "value": {"reason": "type_mismatch: x"},
        "reason": "type_mismatch: expected number, got object",
    }
    present = {"name": "sku", "value": 1, "kind": "type_mismatch", "detail": {"expected": "string", "got": "number"}}
    objects = ("properties", "context", "semantic")
    stored = row | {"assurance": SERVER} | {name: msgspec.json.encode(row.get(name, {})).decode() for name in objects}
    stored["rejected"], stored["semantic"] = msgspec.json.encode([earlier, present]).decode(), ""
    assert decode(msgspec.json.encode(stored)).rejected == [
        Rejection(
            "price", {"reason": "type_mismatch: x"}, "type_mismatch", RejectionDetail(expected="number", got="object")
        ),
        Rejection("sku", 1, "type_mismatch", RejectionDetail(expected="string", got="number")),
    ]
