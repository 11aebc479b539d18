"""Device descriptions stay with the device, whichever profile owns it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.state.state_builder import DAY, StateBuilder, ident
from tests.worker.comparison import message_id

from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Message
from passerby.positions import Position
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.sqlite.store import SqliteState
from passerby.worker.batch import Worker

V1, V2 = ident("anonymous_id", "v1"), ident("anonymous_id", "v2")
ANN, BOB = ident("email", "ann@x.io"), ident("email", "bob@x.io")


def describe(builder: StateBuilder, *identifiers: Identifier, project: int = 1, **about: Any) -> None:
    context = {"additional_info": about}
    builder.apply(kind="identify", project=project, identifiers=identifiers, context=context)


def said_of(reader: SqliteStateReader, project: int, device: Identifier) -> dict[str, Any]:
    with reader.snapshot() as snapshot:
        return snapshot.device(project, device)


def test_each_key_has_its_newest_value(builder: StateBuilder, reader: SqliteStateReader) -> None:
    describe(builder, V1, model="Pixel 9", locale="en")
    describe(builder, V1, locale="pt")
    assert said_of(reader, 1, V1) == {"model": "Pixel 9", "locale": "pt"}


def test_two_devices_of_one_person_are_distinguished(builder: StateBuilder, reader: SqliteStateReader) -> None:
    describe(builder, V1, ANN, model="Pixel 9")
    describe(builder, V2, ANN, model="iPhone 17")
    assert said_of(reader, 1, V1) == {"model": "Pixel 9"}
    assert said_of(reader, 1, V2) == {"model": "iPhone 17"}


def test_a_device_that_changes_hands_is_still_that_device(builder: StateBuilder, reader: SqliteStateReader) -> None:
    describe(builder, V1, ANN, model="Pixel 9")
    builder.identify(BOB, V1)
    bob = reader.profile_of(1, BOB)
    assert bob == reader.profile_of(1, V1)
    assert bob != reader.profile_of(1, ANN)
    assert said_of(reader, 1, V1) == {"model": "Pixel 9"}


def test_a_device_that_said_nothing_is_not_known(builder: StateBuilder, reader: SqliteStateReader) -> None:
    builder.track("Seen", V1)
    describe(builder, V2, model="Pixel 9")
    assert said_of(reader, 1, V1) == {}


def test_projects_do_not_share_devices(builder: StateBuilder, reader: SqliteStateReader) -> None:
    describe(builder, V1, model="Pixel 9")
    describe(builder, V1, project=2, model="iPhone 17")
    assert said_of(reader, 1, V1) == {"model": "Pixel 9"}
    assert said_of(reader, 2, V1) == {"model": "iPhone 17"}


SAYING = st.tuples(
    st.sampled_from([V1, V2]), st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)), st.integers(0, 3)
)


@given(st.lists(SAYING, max_size=6), st.sets(st.integers(0, 6)))
def test_the_newest_value_is_known_for_any_messages_and_batches(
    said: list[tuple[Identifier, dict[str, int], int]], cuts: set[int]
) -> None:
    state = SqliteState(":memory:")  # type: ignore[arg-type]  # SQLite's own name for no file
    worker = Worker(state, lambda _: DEFAULT_POLICY)
    entries = [Entry(Position(number), _message(number, *one)) for number, one in enumerate(said, 1)]
    for start, end in zip((0, *sorted(cuts)), (*sorted(cuts), len(entries)), strict=True):
        worker.apply(entries[start:end])
    for device, newest in _newest(said).items():
        held = state.devices(1, [device])[device]
        assert {key: about.value for key, about in held.items()} == newest
    state.close()


def _message(number: int, device: Identifier, about: dict[str, int], time: int) -> Message:
    return Message(
        project=1,
        id=message_id(number),
        dialect="test",
        kind="identify",
        identifiers=(device,),
        time=DAY + time,
        received_at=DAY + number,
        context={"additional_info": about},
    )


def _newest(said: list[tuple[Identifier, dict[str, int], int]]) -> dict[Identifier, dict[str, int]]:
    found: dict[Identifier, dict[str, int]] = {device: {} for device, _, _ in said}
    for device, about, _ in sorted(said, key=lambda one: one[2]):
        found[device] |= about
    return found
