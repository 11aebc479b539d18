"""Signing in and out. Whatever is wrong with a name and a password, the answer is the same, and takes as long."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect

from passerby.api.auditing import note
from passerby.console.access import COOKIE, NEED, Need, visitor_of
from passerby.console.reception import Reception
from passerby.console.screens import SEE_OTHER, address_of, page
from passerby.console.throttle import Attempt
from passerby.console.units import delay
from passerby.projects import passwords
from passerby.projects.audit import SERVER
from passerby.projects.errors import NoSuchUser
from passerby.projects.users import DEVICE_MS, LONGEST_MS
from passerby.services.access import Access
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
    now, device = reception.desk.now(), request.cookies.get(DEVICE_COOKIE, "")
    attempt, unlocked_at = await reception.desk.readers.run(
        _attempt, reception, data.user, address_of(request), device, now
    )
    if wait := reception.throttle.wait_ms(attempt, now, unlocked_at):
        refused = _form(data.to, data.user, _WAIT.format(delay(wait)), HTTPStatus.TOO_MANY_REQUESTS)
        refused.headers["Retry-After"] = str(-(-wait // 1000))
        return refused
    reception.throttle.tried(attempt, now)
    opened = await reception.passwords.run(_opened, reception, data, device, now)
    await reception.desk.readers.run(_note, reception, data.user, attempt.address, opened is not None)
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
    if token := request.cookies.get(COOKIE):
        await reception.desk.readers.run(reception.users.end_session, token)
    return Redirect("/sign-in", status_code=SEE_OTHER, cookies=[_cookie(request, COOKIE, "", 0)])


def _note(reception: Reception, user: str, address: str, succeeded: bool) -> None:  # noqa: FBT001 - by position
    """Record a sign-in. A name that no user has is left out: it may be a password, typed into the wrong field."""
    known = reception.users.password(user) is not None
    who = f"console user {user}" if known else "an unknown user"
    everywhere = Access(reception.desk, SERVER)
    action = "signed_in" if succeeded else "sign_in.failed"
    note(everywhere, who, action, user if known else "", address=address)


class _Opened(NamedTuple):
    """What the cookies of a new session, and of the device that it is on, hold."""

    session: str
    device: str


def _attempt(reception: Reception, user: str, address: str, device: str, now: int) -> tuple[Attempt, int]:
    """What an attempt counts against, and from when on failures count."""
    users = reception.users
    return Attempt(user, address, users.device_of(user, device, now)), users.unlocked_at(user)


def _opened(reception: Reception, form: SignIn, device: str, now: int) -> _Opened | None:
    """A new session, or None where the password is not this user's."""
    stored = reception.users.password(form.user)
    if not passwords.matches(form.password, stored or _nobodys()) or stored is None:
        return None
    try:
        session = reception.users.open_session(form.user, now)
        return _Opened(session, reception.users.know_device(form.user, now, device))
    except NoSuchUser:
        return None


@cache
def _nobodys() -> str:
    """A stored password that nobody knows: looking at it takes as long as at a real one."""
    return passwords.hashed(passwords.new_password())


def _cookie(request: AnyRequest, name: str, value: str, seconds: int) -> Cookie:
    secure = request.url.scheme == "https"
    return Cookie(key=name, value=value, path="/", max_age=seconds, httponly=True, samesite="lax", secure=secure)


def _within(to: str) -> str:
    """Where to go: a path of this very origin, whatever was asked for."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() else "/"


def _form(to: str, user: str = "", fault: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    return page("sign-in.html", status=status, to=to, user=user, fault=fault, visit=None)
