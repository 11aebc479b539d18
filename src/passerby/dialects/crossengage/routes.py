"""Routes of CrossEngage's REST API: path, methods and API versions of each call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

import msgspec

from passerby.dialects.common.answers import ANY_METHOD, no_such_call
from passerby.dialects.contract import Call, Credentials, Lookup, Outcome, Request, RequestFault, without_lookup
from passerby.dialects.crossengage import attributes, reads
from passerby.dialects.crossengage.bulk import post_batch
from passerby.dialects.crossengage.events import post_events
from passerby.dialects.crossengage.keys import NAME
from passerby.dialects.crossengage.removal import delete_user
from passerby.dialects.crossengage.rest import (
    UNAUTHORISED,
    VERSION_HEADER,
    WRONG,
    Problem,
    Sent,
    authorise,
    error_response,
    fault_of,
    project_of,
)
from passerby.dialects.crossengage.tracking import PARAMETER, track
from passerby.dialects.crossengage.users import post_leads, put_user, put_user_later

BODY_LIMIT: Final = 1 << 20
"""Bytes: a user has at most 1 MB (User Management API, data rules)."""
BATCH_BODY_LIMIT: Final = 5 << 20
"""Bytes of a call with up to 1,000 users."""

Answer = Callable[[Sent], Outcome | Lookup]


class Method(NamedTuple):
    """The handler of a method, and the API versions that have it."""

    answer: Answer
    versions: str


class Route(NamedTuple):
    """A call by its path. `version` is the format of faults detected before the version header is read.

    `asks`: some of its methods need a lookup.
    """

    name: str
    methods: Mapping[str, Method]
    version: str = "1"
    body_limit: int = BODY_LIMIT
    asks: bool = False


_ID: Final = "(?P<id>[^/]+)"
_ROUTES: Final[tuple[tuple[re.Pattern[str], Route], ...]] = tuple(
    (re.compile(pattern), route)
    for pattern, route in (  # the first that matches: `/users/batch` is not the user `batch`
        ("/users", Route("users", {"PUT": Method(put_user_later, "2")}, "2")),
        ("/leads", Route("leads", {"POST": Method(post_leads, "1")}, body_limit=BATCH_BODY_LIMIT)),
        ("/events", Route("events", {"POST": Method(post_events, "1")})),
        (
            "/users/batch",
            Route("batch", {"POST": Method(post_batch, "12")}, body_limit=BATCH_BODY_LIMIT, asks=True),
        ),
        (
            "/users/attributes",
            Route(
                "attributes",
                {"GET": Method(attributes.list_all, "1"), "POST": Method(attributes.create, "1")},
                asks=True,
            ),
        ),
        (
            "/users/attributes/(?P<attrId>[^/]+)",
            Route(
                "attribute",
                {"GET": Method(attributes.get, "1"), "DELETE": Method(attributes.delete, "1")},
                asks=True,
            ),
        ),
        (f"/users/track/(?P<{PARAMETER}>[^/]+)", Route("track", {"GET": Method(track, "2")}, "2", asks=True)),
        (
            "/users/email/(?P<email>[^/]+)/bu(?:/(?P<bu>[^/]*))?",  # an empty unit, also without its slash
            Route("user_by_email", {"GET": Method(reads.get_user_by_email, "2")}, "2", asks=True),
        ),
        (
            f"/users/{_ID}",
            Route(
                "user",
                {
                    "PUT": Method(put_user, "1"),
                    "GET": Method(reads.get_user, "12"),
                    "DELETE": Method(delete_user, "12"),
                },
                asks=True,
            ),
        ),
        (
            f"/users/{_ID}/optout-status",
            Route(
                "optout_status",
                {"GET": Method(reads.get_opt_out, "1"), "PUT": Method(reads.put_opt_out, "1")},
                asks=True,
            ),
        ),
        (
            f"/users/{_ID}/blacklist-status",
            Route(
                "blacklist_status",
                {"GET": Method(reads.get_blacklisted, "1"), "PUT": Method(reads.put_blacklisted, "1")},
                asks=True,
            ),
        ),
        (
            f"/users/{_ID}/recipient-status",
            Route("recipient_status", {"GET": Method(reads.get_recipient, "1")}, asks=True),
        ),
    )
)


def match(path: str) -> Call | None:
    """Return the call of a path. An unknown path below /users/ is a call that responds with 404."""
    if not path.startswith(("/users", "/leads", "/events")):
        return None
    for pattern, route in _ROUTES:
        found = pattern.fullmatch(path)
        if found:
            ask = partial(_ask, route)
            return Call(
                dialect=NAME,
                name=route.name,
                methods=frozenset(route.methods),
                body_limit=route.body_limit,
                parameters={name: value or "" for name, value in found.groupdict().items()},
                handle=without_lookup(ask),
                fault=partial(fault_of, route.version, ", ".join(sorted(route.methods))),
                authorise=authorise,
                look_up=ask if route.asks else None,
            )
    return _UNKNOWN if path.startswith("/users/") else None


def _ask(route: Route, request: Request, parameters: Mapping[str, str], credentials: Credentials) -> Outcome | Lookup:
    """Read a call up to its lookup. Every response has an `X-Request-ID`."""
    project = project_of(request, credentials)
    if project is None:
        return _labelled(Outcome(UNAUTHORISED), request)
    method = route.methods[request.method]
    version = request.headers.get(VERSION_HEADER, "").strip()
    if version not in ("1", "2") or version not in method.versions:
        words = f"This call needs the header X-XNG-ApiVersion: {' or '.join(method.versions)}."
        problem = Problem("X-XNG-ApiVersion", WRONG, "2", words)
        return _labelled(Outcome(error_response(route.version, problem)), request)
    try:
        return _labelled(method.answer(Sent(request, project, version, parameters)), request)
    except RequestFault as fault:
        if version == route.version:
            raise  # the edge formats it with `route.version`
        return _labelled(Outcome(fault_of(version, "", fault.fault, fault.detail)), request)


def _labelled(answer: Outcome | Lookup, request: Request) -> Outcome | Lookup:
    """Add an `X-Request-ID` to the response, as the vendor does; after a lookup to the response then made."""
    if isinstance(answer, Lookup):
        asked = answer
        return msgspec.structs.replace(asked, proceed=lambda known: _labelled(asked.proceed(known), request))
    headers = (*answer.reply.headers, ("X-Request-ID", request.new_id()))
    return Outcome(msgspec.structs.replace(answer.reply, headers=headers), answer.messages)


_UNKNOWN: Final = Call(
    dialect=NAME,
    name="unknown",
    methods=ANY_METHOD,
    body_limit=BODY_LIMIT,
    parameters={},
    handle=no_such_call,
    fault=partial(fault_of, "1", ""),
)
