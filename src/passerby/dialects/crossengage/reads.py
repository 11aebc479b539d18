"""Reads one user, and reads or writes the user's opt-outs and blacklist status.

An opt-out is the trait `optOut.MAIL` (or another channel, or `optOut.ALL`), the blacklist the trait `blacklisted`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qs

from passerby.dialects.common.body import read_body
from passerby.dialects.contract import Lookup, LookupResult, Outcome
from passerby.dialects.crossengage.entries import UNIT, address, user_id
from passerby.dialects.crossengage.removal import present
from passerby.dialects.crossengage.rest import (
    UNKNOWN,
    WRONG,
    Problem,
    Sent,
    error_response,
    not_found_unless_behind,
    reply,
)
from passerby.messages import Identifier
from passerby.profiles.person import Person

CHANNELS: Final = (
    *("MAIL", "BROWSER_NOTIFICATION", "ONSITE_DISPLAY", "EXIT_INTENT", "PUSH_NOTIFICATION", "DIRECT_MAIL", "SMS"),
)
"""The channel types (User Management API v1, Opt-out management)."""
ALL: Final = "ALL"
OPT_OUT: Final = "optOut."
BLACKLISTED: Final = "blacklisted"
QUERY_LIMIT: Final = 1_000
"""Characters."""

STANDARD: Final = ("firstName", "lastName", "birthday", "createdAt", "gender")
"""Traits that a user has as top-level fields, outside `traits`."""


def get_user(sent: Sent) -> Lookup:
    """`GET /users/{id}`."""
    return _of_user(
        sent, user_id(sent.parameters["id"]), lambda known, person: Outcome(reply(200, _shown(known, person)))
    )


def get_user_by_email(sent: Sent) -> Lookup:
    """`GET /users/email/{email}/bu/{bu}`: the email in any case, the business unit exactly as written."""
    identifier = address(sent.parameters["email"], sent.parameters["bu"])
    return _of_user(sent, identifier, lambda known, person: Outcome(reply(200, _shown(known, person))))


def get_opt_out(sent: Sent) -> Outcome | Lookup:
    """`GET /users/{id}/optout-status`: of one channel, which an opt-out of all includes, or of all channels."""
    channel = _channel(sent)
    if channel is None:
        return _NO_CHANNEL
    return _of_user(
        sent, user_id(sent.parameters["id"]), lambda _, person: Outcome(reply(200, {"optOut": _out(person, channel)}))
    )


def put_opt_out(sent: Sent) -> Outcome | Lookup:
    """`PUT /users/{id}/optout-status`."""
    channel = _channel(sent)
    return _NO_CHANNEL if channel is None else _set(sent, "optOut", f"{OPT_OUT}{channel}")


def get_blacklisted(sent: Sent) -> Lookup:
    """`GET /users/{id}/blacklist-status`."""

    def respond(_: LookupResult, person: Person) -> Outcome:
        return Outcome(reply(200, {BLACKLISTED: person.traits.get(BLACKLISTED) is True}))

    return _of_user(sent, user_id(sent.parameters["id"]), respond)


def put_blacklisted(sent: Sent) -> Outcome | Lookup:
    """`PUT /users/{id}/blacklist-status`."""
    return _set(sent, BLACKLISTED, BLACKLISTED)


def get_recipient(sent: Sent) -> Lookup:
    """`GET /users/{id}/recipient-status`."""

    def respond(_: LookupResult, person: Person) -> Outcome:
        status = {
            BLACKLISTED: person.traits.get(BLACKLISTED) is True,
            "optOutAll": _out(person, ALL),
            "optOutChannels": [each for each in CHANNELS if person.traits.get(f"{OPT_OUT}{each}") is True],
        }
        return Outcome(reply(200, status))

    return _of_user(sent, user_id(sent.parameters["id"]), respond)


def _of_user(sent: Sent, identifier: Identifier, respond_with: Callable[[LookupResult, Person], Outcome]) -> Lookup:
    """Return the lookup of a user, answered with 404 for an unknown one."""

    def respond(known: LookupResult) -> Outcome:
        person = present(known)
        return not_found_unless_behind(behind=known.behind) if person is None else respond_with(known, person)

    return sent.lookup(identifier, respond)


def _set(sent: Sent, field: str, trait: str) -> Outcome | Lookup:
    """Set a trait of a known user to the boolean in a field of the body; the response is that field."""
    body = read_body(sent.request)
    value = body.get(field) if type(body) is dict else None
    if type(value) is not bool:
        return Outcome(error_response("1", Problem(field, WRONG, "2", f"{field} must be true or false.")))
    user = user_id(sent.parameters["id"])
    return _of_user(sent, user, lambda *_: Outcome(reply(200, {field: value}), [sent.identify([user], {trait: value})]))


def _channel(sent: Sent) -> str | None:
    """Return the channel in the query, `ALL` without one, None for an unknown one."""
    query = sent.request.query
    if len(query) > QUERY_LIMIT:
        return None
    channel = parse_qs(query).get("channelType", [ALL])[0]
    return channel if channel in CHANNELS or channel == ALL else None


def _out(person: Person, channel: str) -> bool:
    return any(person.traits.get(f"{OPT_OUT}{each}") is True for each in (channel, ALL))


def _shown(known: LookupResult, person: Person) -> dict[str, Any]:
    """Return a user in the vendor's form: standard fields, then all other traits."""
    own = {name: value for name, value in person.traits.items() if name != UNIT and not is_status(name)}
    named = {
        "id": person.newest.get("user_id"),
        "xngId": known.profile_id or None,
        "email": person.newest.get("email") or person.traits.get("email"),
        UNIT: person.traits.get(UNIT),
    }
    standard = {name: own.pop(name) for name in STANDARD if name in own}
    return {name: value for name, value in named.items() if value is not None} | standard | {"traits": own}


def is_status(name: str) -> bool:
    """Whether a trait is an opt-out or the blacklist, which no attribute shows."""
    return name == BLACKLISTED or name.startswith(OPT_OUT)


_NO_CHANNEL: Final = Outcome(
    error_response("1", Problem("channelType", UNKNOWN, "2", f"channelType must be one of {', '.join(CHANNELS)}."))
)
