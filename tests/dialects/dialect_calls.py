"""Calls a dialect as the edge does: from path, query and body to the outcome or the error response."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any, Final

import msgspec

from passerby.accounts.records import ProjectSettings
from passerby.dialects.common.invalid import reject_unreadable
from passerby.dialects.contract import Outcome, Request, RequestFault
from passerby.dialects.registry import match

RECEIVED_AT: Final = 1_790_000_000_000
MOBILE_KEY: Final = "mobile-key"
LICENSE: Final = "~2024b7"
API_KEY: Final = "api-key"
AUTH_TOKEN: Final = "auth-token"  # noqa: S105 - of a project that is made up
WRITE_KEY: Final = "write-key"
APP_ID: Final = "app-id"
SLUG: Final = "0123456789abcdef"
PORTAL: Final = "123"
PROPERTY: Final = "456"
PROJECT: Final = 7

IDENTIFY: Final = f"/api/v1/mobile/{MOBILE_KEY}/identify"
TRACK: Final = f"/api/v1/mobile/{MOBILE_KEY}/track"
EVENTS: Final = f"/v1/accounts/{LICENSE}/events"
USERS: Final = f"/v1/accounts/{LICENSE}/users"
BULK_EVENTS: Final = f"/v1/accounts/{LICENSE}/bulk-events"
BULK_USERS: Final = f"/v1/accounts/{LICENSE}/bulk-users"
CALLS: Final = (IDENTIFY, TRACK, EVENTS, USERS, BULK_EVENTS, BULK_USERS)

CHOICES: Final = ProjectSettings(
    timezone="Asia/Ho_Chi_Minh",
    redirect_hosts=("shop.example", "www.shop.example"),
    namespaces=(("loyalty_card", "contact"), ("till_id", "device")),
)

AUTHORISED: Final = {"authorization": f"Bearer {API_KEY}"}

_KNOWN: Final = {
    ("crossengage.mobile_api_key", MOBILE_KEY),
    ("webengage.license_code", LICENSE),
    ("segment.write_key", WRITE_KEY),
    ("customerlabs.app_id", APP_ID),
    ("customerlabs.webhook_path", f"/source/{SLUG}/"),
    ("antsomi.portal_id", PORTAL),
    ("antsomi.prop_id", PROPERTY),
}


class Keys:
    """The keys of one project."""

    def project(self, kind: str, key: str) -> int | None:
        """The project, for any of its public keys."""
        return PROJECT if (kind, key) in _KNOWN else None

    def authenticates(self, kind: str, project: int, secret: str) -> bool:
        """Whether this is the project's API key."""
        return (kind, project, secret) == ("webengage.api_key", PROJECT, API_KEY)

    def secret_project(self, kind: str, secret: str) -> int | None:
        """The project, for its token of CrossEngage's REST API."""
        return PROJECT if (kind, secret) == ("crossengage.auth_token", AUTH_TOKEN) else None

    def settings(self, project: int) -> ProjectSettings:
        """What the project has chosen."""
        assert project == PROJECT
        return CHOICES


def request(
    path: str, body: bytes, headers: Mapping[str, str] = AUTHORISED, method: str = "POST", client_ip: str = "192.0.2.1"
) -> Request:
    """A request as the edge makes it; its ids count up from 1."""
    ids = count(1)
    path, _, query = path.partition("?")
    return Request(method, path, query, headers, body, RECEIVED_AT, client_ip, lambda: f"id-{next(ids)}")


def send_bytes(path: str, body: bytes, headers: Mapping[str, str] = AUTHORISED, method: str = "POST") -> Outcome:
    """The outcome of a call, with a fault in the vendor's shape."""
    call = match(path.partition("?")[0])
    assert call is not None
    try:
        sent = request(path, body, headers, method)
        return reject_unreadable(sent, call.handle(sent, call.parameters, Keys()))
    except RequestFault as fault:
        return Outcome(call.fault(fault.fault, fault.detail))


def send(path: str, body: Any, headers: Mapping[str, str] = {}, method: str = "POST") -> Outcome:
    """As `send_bytes`, with a JSON body and the API key among the headers."""
    return send_bytes(path, msgspec.json.encode(body), AUTHORISED | dict(headers), method)


def answer(outcome: Outcome) -> Any:
    """The answer's body."""
    return msgspec.json.decode(outcome.reply.body)
