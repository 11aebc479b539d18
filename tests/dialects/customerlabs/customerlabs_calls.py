"""Sends CustomerLabs' calls, as the vendor's client would unless a test says otherwise."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from tests.dialects.dialect_calls import APP_ID, PROJECT, RECEIVED_AT, SLUG, Keys, answer, request, send

from passerby.accounts.records import ProjectSettings
from passerby.dialects.contract import Lookup, LookupResult, Outcome
from passerby.dialects.registry import match
from passerby.messages import Message
from passerby.profiles.person import Person

EXTERNAL_IDS: Final = "/app/externalIds"
IDENTIFY: Final = "/app/identify"
WEBHOOK: Final = f"/source/{SLUG}/"
PATHS: Final = (EXTERNAL_IDS, IDENTIFY, WEBHOOK)

AGENT: Final = {"cl-user-agent": "Mozilla/5.0 (Linux; Android 14)"}
SENDER: Final = {"user_agent": AGENT["cl-user-agent"], "ip": "192.0.2.1"}
"""What a message knows of a device that sends that header."""
UID: Final = f"{APP_ID}0b5ecb52-0b9a-4b0e-8d0c-7a8a0f0a9d11"
SID: Final = "CL-1"
ADDED: Final = 1_773_294_315_000  # 2026-03-12T05:45:15Z

WHO: Final[dict[str, Any]] = {"id": APP_ID, "uid": UID, "sid": SID}
SESSION: Final = WHO | {
    "external_ids": {"aaid": "aa-1"},
    "additional_info": {"deviceModelName": "Pixel 9", "extInfoVersion": "a2", "limitAdTracking": "false"},
}
LOGIN: Final = WHO | {
    "event_source": "mobile_app",
    "added_at": "2026-03-12T05:45:15Z",
    "identify_by": {"identify_by_email": "n@example.com"},
    "traits": {"first_name": "Nelson"},
    "external_ids": {},
}
EVENT: Final = WHO | {
    "event_name": "Purchase",
    "event_source": "mobile_app",
    "added_at": "2026-03-12T05:45:15Z",
    "identify_by": {},
    "properties": {"value": 100},
}
GOOD: Final = {EXTERNAL_IDS: SESSION, IDENTIFY: LOGIN, WEBHOOK: EVENT}


def messages(path: str, body: Any, headers: dict[str, str] | None = None) -> list[Message]:
    """The messages of a call that is taken."""
    outcome = send(path, body, AGENT | (headers or {}))
    assert outcome.reply.status == 200, outcome.reply.body
    return outcome.messages


def message(path: str, body: Any, headers: dict[str, str] | None = None) -> Message:
    """The one message of a call that is taken."""
    (made,) = messages(path, body, headers)
    assert (made.project, made.received_at, made.dialect) == (PROJECT, RECEIVED_AT, "customerlabs")
    return made


def refused(path: str, body: Any, headers: dict[str, str] | None = None) -> str:
    """What a call is refused with, of which nothing is kept."""
    outcome = send(path, body, AGENT | (headers or {}))
    assert (outcome.reply.status, outcome.messages) == (400, [])
    match answer(outcome):
        case {"validation_error": {"error_message": str(text)}}:
            return text
    raise AssertionError(outcome.reply.body)


class Generous(Keys):
    """The keys of a project that has calls answered with the profile of the person they name."""

    def settings(self, project: int) -> ProjectSettings:
        return msgspec.structs.replace(super().settings(project), answers_with_profile=True)


GENEROUS: Final = Generous()


def asked(path: str, body: Any, keys: Keys | None = None) -> Lookup:
    """What a call of the app asks before it is answered."""
    call = match(path)
    assert call is not None
    assert call.look_up is not None
    inquiry = call.look_up(request(path, msgspec.json.encode(body), AGENT), call.parameters, keys or Keys())
    assert isinstance(inquiry, Lookup)
    return inquiry


def answered(path: str, body: Any, known: LookupResult) -> tuple[Any, Message]:
    """The answer to a call of which this is known, and its message."""
    outcome = asked(path, body).proceed(known)
    assert isinstance(outcome, Outcome)
    (made,) = outcome.messages
    assert outcome.reply.status == 200
    return answer(outcome), made


def profile(*identifiers: tuple[str, str], traits: Any = None, context: Any = None) -> Person:
    """A person with these identifiers (namespace, value), each seen a moment after the one before."""
    return Person(traits or {}, context or {}, dict(identifiers))
