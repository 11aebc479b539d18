"""Ids of profiles and merges are derived from those of messages."""

from __future__ import annotations

from uuid import UUID

import pytest
import uuid_utils
from hypothesis import given
from hypothesis import strategies as st
from tests.identity.resolver_harness import device, mobile, user, visitor

from passerby.identity.cleaning import collect_evidence
from passerby.identity.ids import MOST, caused_id
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.identity.resolver import Resolver
from passerby.identity.snapshot import IdentitySnapshot


def message_ids(count: int) -> list[str]:
    return [str(uuid_utils.uuid7()) for _ in range(count)]


@given(st.integers(0, MOST - 1))
def test_an_id_is_a_uuid_of_the_messages_time_and_version(number: int) -> None:
    (message_id,) = message_ids(1)
    made = UUID(caused_id(message_id, number))
    assert (made.version, made.variant) == (7, UUID(message_id).variant)
    assert made.int >> 80 == UUID(message_id).int >> 80
    assert str(made) == caused_id(message_id, number)


def test_no_two_ids_are_the_same_and_they_are_in_the_order_of_messages_and_numbers() -> None:
    made = [caused_id(message_id, number) for message_id in message_ids(1_000) for number in range(3)]
    assert len(set(made)) == len(made)
    assert made == sorted(made)


def test_a_message_cannot_cause_more_than_there_are_numbers() -> None:
    with pytest.raises(OverflowError):
        caused_id(message_ids(1)[0], MOST)


def test_the_resolver_numbers_what_a_message_causes() -> None:
    resolver, ids = Resolver(IdentitySnapshot()), message_ids(4)
    stated = [(visitor("a"), device("d")), (visitor("b"), device("d")), (), (user("u"), mobile("m"), device("d"))]
    for message_id, identifiers in zip(ids, stated, strict=True):
        resolver.resolve(message_id, collect_evidence(identifiers, DEFAULT_POLICY), is_event=True)
    assert list(resolver.created) == [caused_id(message_id, 0) for message_id in ids]
    merges = [decision.merge_id for decision in resolver.decisions if decision.kind == "merged"]
    assert merges == [caused_id(ids[3], 1), caused_id(ids[3], 2)]
