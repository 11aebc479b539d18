"""The data catalog as pages show it: labels of validation errors with what to do about them, annotations by subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from passerby.accounts.annotations import Annotation
from passerby.catalogue.rules import ATTRIBUTES_PER_TYPE, NAME_LENGTH, RESERVED_PREFIX, STRING_LENGTH

Subject = tuple[str, str]
"""Event ("" for a trait) and attribute ("" for the event itself)."""

_ADVICE: Final[Mapping[str, str]] = {
    "blocked_identifier": "Blocked value, such as “null”, or more than 1,000 characters. Send another identifier.",
    "catalogue_full": "Too many distinct names. Use fewer names, and send variable parts as attributes.",
    "missing_field": "Missing required field, such as userId or anonymousId. Send it with every call.",
    "name_too_long": f"The name has {NAME_LENGTH} characters or more. Shorten it.",
    "no_contact": "Not a valid email address or phone number.",
    "no_identifier": "Missing required field: userId or anonymousId. Send one with every event.",
    "record_too_deep": "The event is nested too deeply. Invalid event: kept for inspection.",
    "record_too_large": "The event is larger than the API allows. Invalid event: kept for inspection.",
    "record_too_many_attributes": "The event has too many attributes. Invalid event: kept for inspection.",
    "reserved_name": f"Names beginning with {RESERVED_PREFIX} are reserved by WebEngage, which rejects them.",
    "string_too_long": f"The text has {STRING_LENGTH} characters or more. WebEngage rejects it; other sources keep it.",
    "string_truncated": "The string was longer than the API allows and was truncated.",
    "clock_not_set": "The time is from a clock that was never set (1970 to 1973). The time of receipt is used.",
    "time_before_1970": "The time is before 1970. The time of receipt is used. Check the clock of the client.",
    "time_in_future": "The time is in the future. The time of receipt is used. Check the clock of the client.",
    "too_many_attributes": f"WebEngage accepts {ATTRIBUTES_PER_TYPE} attributes of each type. The value was rejected.",
    "too_many_traits": "The profile has the maximum number of traits. The value was rejected.",
    "type_mismatch": "The type differs from the data catalog. Send the same type, or change it in the data catalog.",
    "unknown_identifier": "Unknown identifier type. The identifier was ignored.",
    "unknown_type": "Unknown call type. Check the spelling in the API reference.",
    "unknown_value": "Unknown value. Check the values allowed in the API reference.",
    "unreadable_number": "Expected a finite number, got one that cannot be stored, such as NaN or 1e400.",
    "value_too_large": "The value is larger than the server's limit (catalogue.value_bytes), and was rejected.",
    "unreadable_time": "Invalid time format. The time of receipt is used.",
    "wrong_type": "The type differs from the API reference. The value was rejected.",
}


def error_label(kind: str) -> str:
    """Return the label of a kind of validation error: `type_mismatch` is "Type mismatch"."""
    return f"{kind[:1].upper()}{kind[1:].replace('_', ' ')}"


def advice(kind: str) -> str:
    """Return what is wrong and what to do; "" for a kind whose label says it."""
    return _ADVICE.get(kind, "")


def by_subject(annotations: Iterable[Annotation]) -> dict[Subject, Annotation]:
    """Return annotations by what they are about."""
    return {(each.event, each.attribute): each for each in annotations}


def not_received(annotations: Iterable[Annotation], names: Iterable[str]) -> list[Annotation]:
    """Return the planned events that are not among these names."""
    received = set(names)
    return [
        each
        for each in annotations
        if each.planned and each.event and not each.attribute and each.event not in received
    ]
