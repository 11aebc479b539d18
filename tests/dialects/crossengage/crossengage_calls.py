"""Calls CrossEngage's REST API as the edge does, with looked-up data that a test defines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from tests.dialects.dialect_calls import AUTH_TOKEN, Keys, request

from passerby.dialects.common.invalid import reject_unreadable
from passerby.dialects.contract import Lookup, LookupResult, Outcome, RequestFault
from passerby.dialects.registry import match
from passerby.profiles.person import Person

PATHS: Final = (
    *("/users", "/users/batch", "/leads", "/events", "/users/attributes", "/users/attributes/{attrId}"),
    *("/users/{id}", "/users/{id}/optout-status", "/users/{id}/blacklist-status", "/users/{id}/recipient-status"),
    *("/users/email/{email}/bu/{bu}", "/users/track/{trackingId}"),
)
REAL: Final = tuple(path.format(attrId="3", id="1234", email="a@x.io", bu="DE", trackingId="tid") for path in PATHS)

Find = Callable[[Lookup], LookupResult]


def headers(version: str = "1") -> dict[str, str]:
    """The headers of a call in this API version."""
    return {"x-xng-authtoken": AUTH_TOKEN, "x-xng-apiversion": version}


def call(  # noqa: PLR0913, PLR0917 - all that a call is made of
    method: str,
    path: str,
    body: Any = None,
    version: str = "1",
    known: LookupResult | Find | None = None,
    sent: Mapping[str, str] | None = None,
) -> Outcome:
    """The outcome of a call; every lookup returns `known`. A body in bytes is sent unchanged."""
    found = match(path.partition("?")[0])
    assert found is not None
    encoded = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
    one = request(path, encoded, headers(version) if sent is None else sent, method)
    try:
        asked = (found.look_up or found.handle)(one, found.parameters, Keys())
        while isinstance(asked, Lookup):
            asked = asked.proceed(known(asked) if callable(known) else known or LookupResult())
    except RequestFault as fault:
        return Outcome(found.fault(fault.fault, fault.detail))
    return reject_unreadable(one, asked)


def body_of(outcome: Outcome) -> Any:
    """The body of an answer, None where there is none."""
    return msgspec.json.decode(outcome.reply.body) if outcome.reply.body else None


def known_user(traits: Any = None, context: Any = None, **newest: str) -> LookupResult:
    """A known profile."""
    return LookupResult(Person(traits or {}, context or {}, newest), profile_id="p-1")
