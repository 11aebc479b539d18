"""Signing in and out. Whatever is wrong with a name and a password, the answer is the same, and takes as long."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect

from passerby.accounts.users import DEVICE_MS, LONGEST_MS
from passerby.audit.protocol import SERVER
from passerby.console.access import COOKIE, NEED, Need, visitor_of
from passerby.console.reception import Reception
from passerby.console.screens import SEE_OTHER, address_of, page
from passerby.console.throttle import Attempt
from passerby.console.units import delay
from passerby.services import sessions
from passerby.services.access import Access
from passerby.services.caller import signed_in
from passerby.web.errors import AnyRequest

DEVICE_COOKIE = "passerby_device"
"""Says that this browser has signed in before. It opens nothing: it only keeps others' attempts from delaying it."""

LONGEST_NAME = 200
LONGEST_PASSWORD = 1_000
"""In characters. Longer ones are wrong, and no work is done on them."""

_WRONG = "This name and this password do not belong together."
_WAIT = "There were too many wrong passwords. Try again in {}."
_OPTIONS: dict[str, Any] = {"opt": {NEED: Need.NOBODY}, "include_in_schema": False}


class SignIn(msgspec.Struct, kw_only=True):
    """The form: who, and where to go then."""

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
    request: AnyRequest, reception: NamedDependency[Reception], data: URLEncodedBody[SignIn]
) -> Response[Any]:
    if len(data.user) > LONGEST_NAME or len(data.password) > LONGEST_PASSWORD:
        return _form(data.to, data.user[:LONGEST_NAME], _WRONG, HTTPStatus.BAD_REQUEST)
    now, device = reception.context.now(), request.cookies.get(DEVICE_COOKIE, "")
    attempt, unlocked_at = await reception.context.readers.run(
        _attempt, reception, data.user, address_of(request), device, now
    )
    if wait := reception.throttle.wait_ms(attempt, now, unlocked_at):
        refused = _form(data.to, data.user, _WAIT.format(delay(wait)), HTTPStatus.TOO_MANY_REQUESTS)
        refused.headers["Retry-After"] = str(-(-wait // 1000))
        return refused
    reception.throttle.tried(attempt, now)
    access = await reception.context.readers.run(sessions.signing_in, reception.context, data.user, attempt.address)
    opened = await reception.passwords.run(sessions.sign_in, access, data.user, data.password, device)
    if opened is None:
        return _form(data.to, data.user, _WRONG, HTTPStatus.UNAUTHORIZED)
    reception.throttle.succeeded(attempt)
    cookies = [
        _cookie(request, COOKIE, opened.session, LONGEST_MS // 1000),
        _cookie(request, DEVICE_COOKIE, opened.device, DEVICE_MS // 1000),
    ]
    return Redirect(_within(data.to), status_code=SEE_OTHER, cookies=cookies)


@post("/sign-out", status_code=200, **_OPTIONS)
async def sign_out(request: AnyRequest, reception: NamedDependency[Reception]) -> Redirect:
    token, visitor = request.cookies.get(COOKIE), visitor_of(request)
    if token and visitor:
        access = Access(reception.context, SERVER, signed_in(visitor, address_of(request)))
        await reception.context.readers.run(sessions.sign_out, access, token)
    return Redirect("/sign-in", status_code=SEE_OTHER, cookies=[_cookie(request, COOKIE, "", 0)])


def _attempt(reception: Reception, user: str, address: str, device: str, now: int) -> tuple[Attempt, int]:
    """What an attempt counts against, and from when on failures count."""
    users = reception.context.users
    return Attempt(user, address, users.device_of(user, device, now)), users.unlocked_at(user)


def _cookie(request: AnyRequest, name: str, value: str, seconds: int) -> Cookie:
    secure = request.url.scheme == "https"
    return Cookie(key=name, value=value, path="/", max_age=seconds, httponly=True, samesite="lax", secure=secure)


def _within(to: str) -> str:
    """Where to go: a path of this very origin, whatever was asked for."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() else "/"


def _form(to: str, user: str = "", fault: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    return page("sign-in.html", status=status, to=to, user=user, fault=fault, visit=None)
