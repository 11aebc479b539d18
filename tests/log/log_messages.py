"""Sample messages for tests of the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from passerby.log.protocol import LogWriter
from passerby.messages import Identifier, Message
from passerby.positions import Positions

NOW = 1_700_000_000_000


def message(number: int, project: int = 1) -> Message:
    """A message with a recognisable id."""
    return Message(
        project=project,
        id=str(number),
        dialect="test",
        kind="track",
        identifiers=(Identifier("mobile_id", f"m{number}"),),
        time=NOW,
        received_at=NOW,
        name="Viewed",
        properties={"n": number, "text": "ö" * 10},
    )


def append(log: LogWriter, messages: Sequence[Message], at: int = NOW) -> Positions:
    """Append messages as the edge does."""
    encoded = [msgspec.json.encode(message) for message in messages]
    return log.append(encoded, Counter(message.project for message in messages), at)


def numbered(first: int, last: int, project: int = 1) -> list[Message]:
    """The messages numbered from `first` to `last`."""
    return [message(number, project) for number in range(first, last + 1)]
