"""Stores what cannot be used for inspection: records as invalid messages, numbers as rejected values of a message."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from passerby.dialects.common.lenient import RefusedRecord, Unreadable
from passerby.dialects.contract import Outcome, Request
from passerby.messages import Message, Rejected, Violation

UNREADABLE_NUMBER: Final = "unreadable_number"
"""Kind of violation: a number that cannot be represented."""

NAME_LIMIT: Final = 100
"""Characters of an attribute's path."""
REJECTED_LIMIT: Final = 100
"""Numbers stored individually per message; the rest are counted as one violation."""


def invalid_message(request: Request, project: int, dialect: str, sent: Any, *violations: Violation) -> Message:
    """Return the invalid message of a record: it changes no profile, is counted, and holds what was sent.

    It has no deduplication key, so that a corrected record can reuse the one sent.
    """
    return Message(
        project=project,
        id=request.new_id(),
        dialect=dialect,
        kind="invalid",
        identifiers=(),
        time=request.received_at,
        received_at=request.received_at,
        properties={"body": sent},
        violations=violations,
    )


def refused_message(request: Request, project: int, dialect: str, record: RefusedRecord) -> Message:
    """Return the invalid message of a record that exceeds a limit."""
    return invalid_message(request, project, dialect, record.text, Violation(f"record_{record.fault.value}"))


def reject_unreadable(request: Request, outcome: Outcome) -> Outcome:
    """Return the outcome with the unreadable numbers of its messages moved: see `without_unreadable`."""
    if not request.unreadable:
        return outcome
    return Outcome(outcome.reply, [without_unreadable(message) for message in outcome.messages])


def without_unreadable(message: Message) -> Message:
    """Return the message with its unreadable numbers as rejected values, each with a violation.

    An attribute that is such a number is left out; within an array or object null takes its place. An invalid message
    keeps what was sent, with the text of the number as a string.
    """
    if message.kind == "invalid":
        return message
    found = _Numbers()
    properties, of_event = found.taken("", message.properties)
    context, of_context = found.taken("context.", message.context)
    traits, of_traits = found.taken("", message.traits)
    if not found.number:
        return message
    subject = message.name[:NAME_LIMIT]
    kept = [
        *(Violation(UNREADABLE_NUMBER, subject, rejected.name, rejected.value) for rejected in of_event + of_context),
        *(Violation(UNREADABLE_NUMBER, "", rejected.name, rejected.value) for rejected in of_traits),
    ]
    if found.number > len(kept):
        kept.append(Violation(UNREADABLE_NUMBER, subject, "", f"{found.number - len(kept)} more"))
    return msgspec.structs.replace(
        message,
        properties=properties,
        context=context,
        traits=traits,
        violations=(*message.violations, *kept),
        rejected=(*of_event, *of_context),
        rejected_traits=tuple(of_traits),
    )


class _Numbers:
    """Removes unreadable numbers from values and counts them."""

    def __init__(self) -> None:
        self.number = 0
        self._kept = 0

    def taken(self, prefix: str, attributes: dict[str, Any]) -> tuple[dict[str, Any], list[Rejected]]:
        """Return the attributes without unreadable numbers, and those numbers with their paths."""
        rejected: list[Rejected] = []
        kept = {}
        for name, value in attributes.items():
            rest = self._value(f"{prefix}{name[:NAME_LIMIT]}", value, rejected)
            if type(value) is not Unreadable:
                kept[name] = rest
        return kept, rejected

    def _value(self, path: str, value: Any, rejected: list[Rejected]) -> Any:
        if type(value) is dict:
            return {name: self._value(_path(path, f".{name}"), inner, rejected) for name, inner in value.items()}
        if type(value) is list:
            return [self._value(_path(path, f"[{index}]"), inner, rejected) for index, inner in enumerate(value)]
        if type(value) is not Unreadable:
            return value
        self.number += 1
        if self._kept < REJECTED_LIMIT:
            self._kept += 1
            rejected.append(Rejected(path[:NAME_LIMIT], msgspec.json.decode(value), UNREADABLE_NUMBER))
        return None


def _path(path: str, step: str) -> str:
    """Append a step (a name or an index) to the path of a value in its body.

    A path of NAME_LIMIT characters or more is returned as it is, and a longer step is cut, so paths stay short.
    """
    return path if len(path) >= NAME_LIMIT else f"{path}{step[:NAME_LIMIT]}"
