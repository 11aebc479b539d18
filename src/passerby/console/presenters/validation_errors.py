"""What breaking a rule is called, and what its sender can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from passerby.catalogue.rules import ATTRIBUTES_PER_TYPE, NAME_LENGTH, RESERVED_PREFIX, STRING_LENGTH

_TEXTS: Final[Mapping[str, str]] = {
    "blocked_identifier": "A filler such as “null”, or more than 1,000 characters, came in place of an identifier.",
    "catalogue_full": "More names came than are told apart. Use fewer names, and put what varies into attributes.",
    "missing_field": "The call lacks something that its API asks for.",
    "name_too_long": f"The name has {NAME_LENGTH} characters or more. Choose a shorter one.",
    "no_contact": "What came as an e-mail address or phone number is none.",
    "no_identifier": "The message does not say whose it is. Send an identifier with it.",
    "record_too_deep": "The call is nested too deeply. It was not used, and is kept for inspection.",
    "record_too_large": "The call is larger than its API allows. It was not used, and is kept for inspection.",
    "record_too_many_attributes": "The call has too many attributes. It was not used, and is kept for inspection.",
    "reserved_name": f"Names beginning with {RESERVED_PREFIX} are reserved by WebEngage, which rejects them.",
    "string_too_long": f"The text has {STRING_LENGTH} characters or more. WebEngage rejects it; other sources keep it.",
    "string_truncated": "The text was longer than its API allows, and was cut.",
    "clock_not_set": "The time is from a clock that was never set (1970 to 1973), so the time of receipt was taken.",
    "time_before_1970": "The time lies before 1970, so the time of receipt was taken. Look at the clock of the sender.",
    "time_in_future": "The time lies in the future, so the time of receipt was taken. Look at the clock of the sender.",
    "too_many_attributes": f"WebEngage takes {ATTRIBUTES_PER_TYPE} attributes of each type. This one was rejected.",
    "too_many_traits": "A profile keeps a bounded number of traits; this one was not kept.",
    "type_mismatch": "Another type than the catalogue's. Send the same type every time, or change it in the catalogue.",
    "unknown_identifier": "An identifier of a kind that its API does not name. It names nobody here.",
    "unknown_type": "The call is of a type that its API does not have.",
    "unknown_value": "A value that its API does not have.",
    "unreadable_number": "Expected a finite number, got one that cannot be stored, such as NaN or 1e400.",
    "value_too_large": "The value is larger than the server's limit (catalogue.value_bytes), and was rejected.",
    "unreadable_time": "The time could not be read, so the time of receipt was taken.",
    "wrong_type": "A value of another type than its API asks for. It was not used.",
}


def called(kind: str) -> str:
    """What this kind of violation is called."""
    return f"{kind[:1].upper()}{kind[1:].replace('_', ' ')}"


def advice(kind: str) -> str:
    """What helps; nothing for a kind whose name says it all."""
    return _TEXTS.get(kind, "")
