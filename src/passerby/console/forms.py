"""Rejected forms: the page of the form is shown again with the values that were sent and a message at each field.

An exception handler marks the request with `reject`. The middleware then requests the page of the form from the
application, with a `FormState` in the scope, and answers with that page and the status of the rejection.
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
"""Key of a route's `opt`: the path of the page that its form is on, with the parameters of the route."""
REJECTED: Final = "passerby.rejected_form"
"""Key of a request's scope: the Rejection of its form."""
STATE: Final = "passerby.form_state"
"""Key of the scope of the request for the page: the FormState."""
MOST_FIELDS: Final = 1_000

_PARAMETER = re.compile(r"\{(\w+):\w+\}")
_WORDS: Final[Sequence[tuple[re.Pattern[str], str]]] = (
    # Messages of msgspec, which speaks of lengths and enums, by what to do.
    (re.compile(r"of length <= (\d+)"), "Use at most {} characters."),
    (re.compile(r"of length >= 1\b"), "This field is required."),
    (re.compile(r"missing required field"), "This field is required."),
    (re.compile(r"Invalid enum value"), "Choose one of the options."),
)


class Rejection(NamedTuple):
    """A rejected form: the path of its page, and messages by field; "" for the form as a whole."""

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
        """Whether a form was rejected."""
        return bool(self.action)

    def of(self, path: str, **fields: str) -> FormState:
        """Return this state if its form is sent to this path with these (hidden) fields, else an empty one."""
        is_it = self.action.endswith(path) and all(self.value(name) == value for name, value in fields.items())
        return self if self.rejected and is_it else FormState()

    def value(self, name: str, otherwise: object = "") -> object:
        """Return the value of a field: the one that was sent, else the current one."""
        return next(iter(self.sent.get(name, ())), "") if self.rejected else otherwise

    def has(self, name: str, value: str, otherwise: object) -> bool:
        """Return whether a checkbox with this value is checked, or this option selected."""
        return value in self.sent.get(name, ()) if self.rejected else bool(otherwise)

    def fault(self, name: str) -> str:
        """Return the message at a field, "" for none."""
        return self.faults.get(name, "")

    def is_first(self, name: str) -> bool:
        """Return whether this is the first field with a message, which gets the focus."""
        return next(iter(self.faults), "") == name


def reject(request: AnyRequest, error: ServiceError) -> None:
    """Mark a request whose form is invalid, if its route has a page for the form."""
    scope: dict[str, Any] = request.scope  # type: ignore[assignment]  # a scope may hold other keys
    handler = scope.get("route_handler")
    page = handler.opt.get(PAGE) if handler else None
    if page is None or error.code is ErrorCode.NOT_FOUND:  # what the page is about does not exist either
        return
    path = _PARAMETER.sub(lambda found: str(request.path_params[found[1]]), page)
    scope[REJECTED] = Rejection(path, faults_of(error))


def faults_of(error: ServiceError) -> dict[str, str]:
    """Return the messages of an error by field."""
    parameters = error.details.get("parameters") or [{"name": "", "message": error.message}]
    return {field_of(fault["name"]): sentence(fault["message"]) for fault in parameters}


def kept(action: str, data: msgspec.Struct, error: ServiceError) -> FormState:
    """Return the state of a form that was read, for a route that shows its page again itself.

    Only messages about its fields are kept: the route shows all others.
    """
    sent = {name: [str(value)] for name, value in msgspec.structs.asdict(data).items()}
    return FormState(action, sent, {name: fault for name, fault in faults_of(error).items() if name in sent})


def field_of(parameter: str) -> str:
    """Return the field of a parameter of the API; "" for the form as a whole."""
    name = parameter.removeprefix("data.")
    return "" if name in {"body", "data", "policy"} else name


def sentence(message: str) -> str:
    """Format a message as a sentence, without the terms of the validation library."""
    for pattern, words in _WORDS:
        if found := pattern.search(message):
            return words.format(*found.groups())
    return f"{message[:1].upper()}{message[1:].rstrip('.')}."


def state_of(action: str, body: bytes, rejection: Rejection) -> FormState:
    """Return the state of a rejected form that was sent to `action`, a path, with this body."""
    try:
        sent = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:  # too many fields: the page is shown with its current values
        sent = {}
    return FormState(action=action, sent=sent, faults=rejection.faults)
