"""Sessions of console users: signing in and out."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from passerby.accounts import passwords
from passerby.accounts.errors import NoSuchUser
from passerby.audit.protocol import SERVER
from passerby.identity.decisions import UNKNOWN_ACTOR, Actor
from passerby.services.access import Access
from passerby.services.caller import Caller
from passerby.services.context import Context
from passerby.services.use_cases import changing


class OpenedSession(NamedTuple):
    """The values of two cookies: of the session, and of the browser that it was opened in."""

    session: str
    device: str


def signing_in(context: Context, name: str, address: str) -> Access:
    """Return the access of a caller who is about to sign in under this name.

    A name that no user has is left out of the audit log: it may be a password, typed into the wrong field.
    """
    known = context.users.password(name) is not None
    actor = Actor("console_user", name) if known else UNKNOWN_ACTOR
    return Access(context, SERVER, Caller(actor, address))


@changing(None)
def sign_in(access: Access, name: str, password: str, device: str) -> OpenedSession | None:
    """Open a session; return None where the password is not this user's. Both outcomes are recorded.

    Takes some tens of milliseconds and 64 MiB by design, as long for an unknown name. `device` is the browser's cookie.
    """
    users, now, opened = access.context.users, access.context.now(), None
    stored = users.password(name)
    # An unknown name is compared with a random password: the time of the answer does not disclose which names exist.
    if passwords.matches(password, stored or _unknown_password()) and stored is not None:
        try:
            opened = OpenedSession(users.open_session(name, now), users.know_device(name, now, device))
        except NoSuchUser:  # removed since the password was read
            opened = None
    # Recorded afterwards, because the action depends on the result. If the process ends before, no browser has received
    # the cookie, and the session cannot be used.
    access.record("signed_in" if opened else "sign_in.failed", access.caller.user)
    return opened


@changing(None)
def sign_out(access: Access, token: str) -> None:
    """End the caller's session."""
    with access.recording("signed_out", access.caller.user):
        access.context.users.end_session(token)


@cache
def _unknown_password() -> str:
    """Return a hashed random password. Made once: hashing takes as long as a sign-in."""
    return passwords.hashed(passwords.new_password())
