"""Sign-in and sign-out.

A wrong name and a wrong password give the same answer after the same time, so that names cannot be probed.
"""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect

from passerby.accounts.users import DEVICE_MS, LONGEST_MS
from passerby.audit.protocol import SERVER
from passerby.console.auth.permissions import PERMISSION, Permission
from passerby.console.auth.sessions import COOKIE, DEVICE_COOKIE, cookie, visitor_of
from passerby.console.auth.throttle import Attempt
from passerby.console.context import ConsoleContext
from passerby.console.presenters.units import delay
from passerby.console.routing import SEE_OTHER, address_of, render_page
from passerby.services import sessions
from passerby.services.access import Access
from passerby.services.caller import signed_in
from passerby.web.errors import AnyRequest

LONGEST_NAME: Final = 200
LONGEST_PASSWORD: Final = 1_000
"""In characters. Longer ones are rejected without hashing them, which takes time that grows with the length."""

_WRONG = "Wrong name or password."
_WAIT = "Too many failed attempts. Try again in {}."
_OPTIONS: dict[str, Any] = {"opt": {PERMISSION: Permission.PUBLIC}, "include_in_schema": False}


class SignIn(msgspec.Struct, kw_only=True):
    """The sign-in form; `to` is the path to open afterwards."""

    user: str = ""
    password: str = ""
    to: str = ""


@get("/sign-in", **_OPTIONS)
async def show_sign_in(request: AnyRequest, to: FromQuery[str] = "") -> Response[Any]:
    if visitor_of(request) is not None:
        return Redirect(_within(to), status_code=SEE_OTHER)
    return _form(to)


@post("/sign-in", status_code=200, **_OPTIONS)
async def sign_in(
    request: AnyRequest, console: NamedDependency[ConsoleContext], data: URLEncodedBody[SignIn]
) -> Response[Any]:
    if len(data.user) > LONGEST_NAME or len(data.password) > LONGEST_PASSWORD:
        return _form(data.to, data.user[:LONGEST_NAME], _WRONG, HTTPStatus.BAD_REQUEST)
    now, device = console.context.now(), request.cookies.get(DEVICE_COOKIE, "")
    users, readers = console.context.users, console.context.readers
    known = await readers.run(users.device_of, data.user, device, now)
    unlocked_at = await readers.run(users.unlocked_at, data.user)
    attempt = Attempt(data.user, address_of(request), known)
    if wait := console.throttle.wait_ms(attempt, now, unlocked_at):
        refused = _form(data.to, data.user, _WAIT.format(delay(wait)), HTTPStatus.TOO_MANY_REQUESTS)
        refused.headers["Retry-After"] = str(math.ceil(wait / 1000))
        return refused
    # Counted before the password is checked: of many attempts sent at once, none would be delayed otherwise.
    console.throttle.tried(attempt, now)
    access = await readers.run(sessions.signing_in, console.context, data.user, attempt.address)
    opened = await console.passwords.run(sessions.sign_in, access, data.user, data.password, device)
    if opened is None:
        return _form(data.to, data.user, _WRONG, HTTPStatus.UNAUTHORIZED)
    console.throttle.succeeded(attempt)
    cookies = [
        cookie(request, COOKIE, opened.session, LONGEST_MS // 1000),
        cookie(request, DEVICE_COOKIE, opened.device, DEVICE_MS // 1000),
    ]
    return Redirect(_within(data.to), status_code=SEE_OTHER, cookies=cookies)


@post("/sign-out", status_code=200, **_OPTIONS)
async def sign_out(request: AnyRequest, console: NamedDependency[ConsoleContext]) -> Redirect:
    token, visitor = request.cookies.get(COOKIE), visitor_of(request)
    if token and visitor:
        access = Access(console.context, SERVER, signed_in(visitor, address_of(request)))
        await console.context.readers.run(sessions.sign_out, access, token)
    return Redirect("/sign-in", status_code=SEE_OTHER, cookies=[cookie(request, COOKIE, "", 0)])


def _within(to: str) -> str:
    """Return `to` if it is a path of this origin, else "/": prevents open redirects."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() else "/"


def _form(to: str, user: str = "", fault: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    return render_page("sign-in.html", status=status, to=to, user=user, fault=fault, page=None)
