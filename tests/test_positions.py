"""Positions are ordered within a partition, and keep their integers, their texts and their meaning."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.positions import at

from passerby.positions import (
    OFFSETS,
    PARTITIONS,
    START,
    Position,
    Positions,
    from_text,
    offset_of,
    pack,
    partition_of,
    partitions_of,
    to_json,
    to_text,
)

PARTS = st.integers(0, PARTITIONS - 1)
PLACES = st.integers(0, OFFSETS - 1)
POSITION = st.builds(pack, PARTS, PLACES)
VECTORS = st.dictionaries(st.sampled_from([0, 1, 2, PARTITIONS - 1]), st.integers(0, 5))


class Located(NamedTuple):
    position: Position


def vector(offsets: dict[int, int]) -> Positions:
    return Positions(pack(partition, offset) for partition, offset in offsets.items())


@given(PARTS, PLACES)
def test_a_position_is_one_integer_of_63_bits_and_can_be_unpacked(partition: int, offset: int) -> None:
    position = pack(partition, offset)
    assert (partition_of(position), offset_of(position)) == (partition, offset)
    assert 0 <= position < 1 << 63


@given(PLACES)
def test_the_positions_of_partition_0_are_the_integers_that_data_directories_have_always_held(offset: int) -> None:
    assert pack(0, offset) == offset
    assert to_json(pack(0, offset)) == offset


@pytest.mark.parametrize("partition, offset", [(-1, 1), (PARTITIONS, 1), (0, -1), (0, OFFSETS)])
def test_there_are_no_positions_beyond(partition: int, offset: int) -> None:
    with pytest.raises(ValueError, match="no position"):
        pack(partition, offset)


@given(PARTS, PLACES, PLACES)
def test_within_a_partition_texts_sort_as_positions_do(partition: int, one: int, other: int) -> None:
    a, b = pack(partition, one), pack(partition, other)
    assert (a < b) == (to_text(a) < to_text(b)) == (one < other)


@given(POSITION)
def test_a_position_is_read_back_from_its_text_and_from_json(position: Position) -> None:
    assert from_text(to_text(position)) == position
    assert from_text(str(to_json(position))) == position
    assert msgspec.json.decode(msgspec.json.encode(position), type=Position) == position


@pytest.mark.parametrize(
    "text", ["", "x", "1:", ":1", "1:2:3", "-1", "99999:1", f"0:{OFFSETS}", "4096:1", "\u0661", "1 "]
)
def test_other_texts_are_no_positions(text: str) -> None:
    with pytest.raises(ValueError, match="position"):
        from_text(text)


def test_an_integer_of_an_earlier_release_is_read_as_positions_and_written_as_before() -> None:
    assert Positions.parse("41180") == at(41_180)
    assert str(at(41_180)) == "41180"
    assert (at(41_180).to_json(), START.to_json(), str(START)) == (41_180, 0, "0")


def test_positions_of_several_partitions_have_a_text() -> None:
    several = vector({2: 7, 0: 4})
    assert str(several) == "0:4,2:7"
    assert several.to_json() == "0:4,2:7"
    assert str(vector({1: 3})) == "1:3"
    assert repr(several) == "Positions(0:4,2:7)"


@given(VECTORS)
def test_positions_are_read_back_from_their_text(offsets: dict[int, int]) -> None:
    assert Positions.parse(str(vector(offsets))) == vector(offsets)


@given(st.builds(pack, PARTS, st.integers(0, 2)))
def test_positions_of_one_partition_are_made_directly(position: Position) -> None:
    assert Positions.at(position) == Positions([position])


@given(VECTORS, VECTORS)
def test_positions_are_equal_where_they_are_as_far_everywhere(one: dict[int, int], other: dict[int, int]) -> None:
    same = all(one.get(part, 0) == other.get(part, 0) for part in one.keys() | other.keys())
    assert (vector(one) == vector(other)) == same
    assert not same or hash(vector(one)) == hash(vector(other))
    assert vector(one) != one


@given(VECTORS, VECTORS)
def test_positions_are_reached_partition_by_partition(one: dict[int, int], other: dict[int, int]) -> None:
    a, b = vector(one), vector(other)
    assert a.has_reached(b) == all(one.get(part, 0) >= offset for part, offset in other.items())
    assert a.has_reached(b) == (a.joined(b) == a) == (a.met(b) == b)
    assert a.joined(b) == vector(
        {part: max(one.get(part, 0), other.get(part, 0)) for part in one.keys() | other.keys()}
    )
    assert a.met(b) == vector({part: min(one[part], other[part]) for part in one.keys() & other.keys()})
    assert a.distance(b) == sum(max(0, offset - other.get(part, 0)) for part, offset in one.items())


@given(VECTORS, st.lists(st.builds(pack, st.sampled_from([0, 1, 2, PARTITIONS - 1]), st.integers(0, 6))))
def test_an_entry_is_covered_by_a_position_as_high_in_its_partition(
    offsets: dict[int, int], positions: list[Position]
) -> None:
    reached = vector(offsets)
    for each in positions:
        assert reached.covers(each) == (offset_of(each) <= offsets.get(partition_of(each), 0))
    beyond = [Located(each) for each in positions if not reached.covers(each)]
    assert reached.uncovered([Located(each) for each in positions if offset_of(each)]) == beyond


def test_the_last_of_each_partition_counts_and_is_given_by_partition() -> None:
    read = Positions([pack(1, 5), pack(0, 3), pack(1, 2), pack(0, 9)])
    assert list(read) == [pack(0, 9), pack(1, 5)]
    assert [read.offset(), read.offset(1), read.offset(2)] == [9, 5, 0]


@given(st.lists(st.integers(0, 3).flatmap(lambda partition: st.builds(pack, st.just(partition), st.integers(0, 9)))))
def test_the_partitions_of_positions_are_those_of_each(positions: list[Position]) -> None:
    assert partitions_of(positions) == {partition_of(position) for position in positions}
