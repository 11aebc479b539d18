"""Rejected forms: the form's own page is shown again with what was sent, and with the message at its field.

An exception handler marks the request with `reject`; the shell then asks the application for the form's page, with a
`FormState` in the scope, and answers with that page and the status of the rejection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

import msgspec

from passerby.services.errors import ErrorCode, ServiceError
from passerby.web.errors import AnyRequest

PAGE: Final = "console_form_page"
"""Where a route's `opt` has the path of the page that its form is on, with the route's own parameters."""
REJECTED: Final = "passerby.rejected_form"
"""Where a request's scope says that its form was rejected."""
STATE: Final = "passerby.form_state"
"""Where the scope of the request for the page has the rejected form."""
MOST_FIELDS: Final = 1_000

_PARAMETER = re.compile(r"\{(\w+):\w+\}")
_WORDS: Final[Sequence[tuple[re.Pattern[str], str]]] = (
    (re.compile(r"of length <= (\d+)"), "Use at most {} characters."),
    (re.compile(r"of length >= 1\b"), "This field is required."),
    (re.compile(r"missing required field"), "This field is required."),
    (re.compile(r"Invalid enum value"), "Choose one of the options."),
)


class Rejection(NamedTuple):
    """The path of the form's page, and what is wrong: messages by the names of fields; "" for the form as a whole."""

    page: str
    faults: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FormState:
    """A rejected form: the path that it was sent to, its fields, and messages by field. Empty for a fresh page."""

    action: str = ""
    sent: Mapping[str, Sequence[str]] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def rejected(self) -> bool:
        """Whether there is a form that was rejected."""
        return bool(self.action)

    def of(self, path: str, **fields: str) -> FormState:
        """The form that is sent to the end of a path, with these (hidden) fields; an empty state for any other."""
        is_it = self.action.endswith(path) and all(self.value(name) == value for name, value in fields.items())
        return self if self.rejected and is_it else FormState()

    def value(self, name: str, otherwise: object = "") -> object:
        """What to fill a field with: what was sent, else the value that holds."""
        return next(iter(self.sent.get(name, ())), "") if self.rejected else otherwise

    def has(self, name: str, value: str, otherwise: object) -> bool:
        """Whether a box with this value is ticked, or this option is chosen."""
        return value in self.sent.get(name, ()) if self.rejected else bool(otherwise)

    def fault(self, name: str) -> str:
        """What is wrong with a field; empty for nothing."""
        return self.faults.get(name, "")

    def is_first(self, name: str) -> bool:
        """Whether this is the first field with a message, which gets the focus."""
        return next(iter(self.faults), "") == name


def reject(request: AnyRequest, error: ServiceError) -> None:
    """Mark a request whose form cannot be taken, if it is one with a page."""
    scope: dict[str, Any] = request.scope  # type: ignore[assignment]  # a scope may hold keys of one's own
    handler = scope.get("route_handler")
    page = handler.opt.get(PAGE) if handler else None
    if page is None or error.code is ErrorCode.NOT_FOUND:
        return
    path = _PARAMETER.sub(lambda found: str(request.path_params[found[1]]), page)
    scope[REJECTED] = Rejection(path, faults_of(error))


def faults_of(error: ServiceError) -> dict[str, str]:
    """The messages of an error by the names of fields."""
    parameters = error.details.get("parameters") or [{"name": "", "message": error.message}]
    return {field_of(fault["name"]): sentence(fault["message"]) for fault in parameters}


def kept(action: str, data: msgspec.Struct, error: ServiceError) -> FormState:
    """A form that was read, for a route that shows its page again itself. Messages are those about its fields alone."""
    sent = {name: [str(value)] for name, value in msgspec.structs.asdict(data).items()}
    return FormState(action, sent, {name: fault for name, fault in faults_of(error).items() if name in sent})


def field_of(parameter: str) -> str:
    """The field that a parameter of the API is entered in; "" for the form as a whole."""
    name = parameter.removeprefix("data.")
    return "" if name in {"body", "data", "policy"} else name


def sentence(message: str) -> str:
    """A message as people read it: with a capital and a full stop, and without the terms of the validation library."""
    for pattern, words in _WORDS:
        if found := pattern.search(message):
            return words.format(*found.groups())
    return f"{message[:1].upper()}{message[1:].rstrip('.')}."


def state_of(action: str, body: bytes, rejection: Rejection) -> FormState:
    """What the form's page shows of the form that was sent to `action` (a path) with this body."""
    try:
        sent = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        sent = {}
    return FormState(action=action, sent=sent, faults=rejection.faults)
