"""Pinned traits, shown first on every profile. Stored in a cookie, so they belong to one browser."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Literal

import msgspec
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import CookieParameter, FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from passerby.console.auth.permissions import Permission
from passerby.console.routing import SEE_OTHER, PageContext, form_route

COOKIE = "passerby_pins"
MOST = 12
SECONDS = 365 * 24 * 3_600
"""How long the browser keeps the cookie."""

Pinned = Annotated[str, CookieParameter(name=COOKIE, max_length=4_000)]
Trait = Annotated[str, Meta(min_length=1, max_length=100)]

_names = msgspec.json.Decoder(Annotated[list[Trait], Meta(max_length=MOST)])


class Pin(msgspec.Struct, kw_only=True):
    """The form: a trait to pin or unpin."""

    trait: Trait
    pin: Literal["yes", "no"]


def read(cookie: str) -> list[str]:
    """Return the pinned traits; none for a cookie that `write` did not make."""
    try:
        # Base64 has to be padded again: `=` is not allowed in a cookie.
        found: list[str] = _names.decode(urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)))
    except (ValueError, msgspec.MsgspecError):
        return []
    return found


def write(traits: list[str]) -> str:
    """Return the cookie of these traits, of more than MOST the last ones."""
    return urlsafe_b64encode(msgspec.json.encode(traits[-MOST:])).rstrip(b"=").decode()


async def pin(
    page: NamedDependency[PageContext], profile_id: FromPath[str], data: URLEncodedBody[Pin], pinned: Pinned = ""
) -> Redirect:
    others = [trait for trait in read(pinned) if trait != data.trait]
    traits = [*others, data.trait] if data.pin == "yes" else others
    # By its path, the cookie is sent to the pages of this project alone.
    cookie = Cookie(COOKIE, path=page.url(), value=write(traits), max_age=SECONDS, httponly=True, samesite="lax")
    return Redirect(f"{page.url(f'/profiles/{profile_id}')}#traits", status_code=SEE_OTHER, cookies=[cookie])


routes = [
    form_route("/profiles/{profile_id:str}/pins", pin, permission=Permission.VIEWER, page="/profiles/{profile_id:str}")
]
