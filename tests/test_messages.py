"""Messages and events that earlier versions stored are read."""

from __future__ import annotations

import msgspec

from passerby.messages import CLAIMED, SERVER, Identifier, Message, StoredEvent
from passerby.positions import Position

MESSAGE = Message(
    project=1, id="m", dialect="segment", kind="track", identifiers=(Identifier("user_id", "u"),), time=1, received_at=2
)
EVENT = StoredEvent(
    project=1,
    profile_id="p",
    time=1,
    id="m",
    name="Bought",
    received_at=2,
    position=Position(3),
    properties={},
    rejected=[],
    context={},
    session_id="",
    dialect="segment",
)


def test_a_message_from_before_there_was_an_assurance_is_one_of_a_server() -> None:
    fields = msgspec.json.decode(msgspec.json.encode(MESSAGE))
    assert fields.pop() == SERVER
    assert msgspec.json.decode(msgspec.json.encode(fields), type=Message) == MESSAGE


def test_an_event_of_a_server_is_written_as_before_there_was_an_assurance() -> None:
    assert b"assurance" not in msgspec.json.encode(EVENT)
    assert msgspec.json.decode(msgspec.json.encode(EVENT), type=StoredEvent).assurance == SERVER


def test_an_assurance_below_that_is_kept() -> None:
    message = msgspec.structs.replace(MESSAGE, assurance=CLAIMED)
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message
