"""Sources: by platform with what to paste, and by vendor with its keys and whether anything has come."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, URLEncodedBody
from msgspec import Meta

from passerby.accounts.keys import kind_named
from passerby.console.arrivals import arrivals
from passerby.console.auth.permissions import Permission
from passerby.console.pages.key_changes import KeyChangeView, RotateForm, key_change, rotated
from passerby.console.presenters.platforms import PLATFORMS, Platform, platform_snippets
from passerby.console.presenters.sources import (
    Arrival,
    Snippet,
    SourceCard,
    kinds_of,
    of_dialect,
    snippets,
    webhooks_of,
)
from passerby.console.routing import PageContext, form_route, page_route, redirect_to, render_page
from passerby.dialects.registry import KEY_KINDS, NAMED
from passerby.services import keys, sources
from passerby.services.errors import ErrorCode, ServiceError, invalid, not_found
from passerby.services.management_answers import FreshKey, KeyInfo
from passerby.web.errors import AnyRequest

Address = Annotated[str, QueryParameter(name="address", max_length=300)]
Language = Annotated[str, QueryParameter(name="language", max_length=40)]


class SourcesView(msgspec.Struct, kw_only=True):
    """Every platform, and every dialect."""

    platforms: list[Platform]
    sources: list[SourceCard]


class PlatformView(msgspec.Struct, kw_only=True):
    """One platform. `source` is the dialect that its clients speak; `address`, where they reach the ingest port."""

    platform: Platform
    source: SourceCard
    address: str
    language: str
    snippets: list[Snippet]


class SourceView(msgspec.Struct, kw_only=True):
    """One dialect. `address` is where its clients reach the ingest port."""

    source: SourceCard
    address: str
    language: str
    snippets: list[Snippet]


class WebhookView(msgspec.Struct, kw_only=True):
    """One webhook source: its dialect, its key, its address, and what to send there."""

    dialect: str
    title: str
    about: str
    webhook: KeyInfo
    address: str
    url: str
    snippets: list[Snippet]
    arrival: Arrival


class ArrivalView(msgspec.Struct, kw_only=True):
    """Whether anything has come of a dialect."""

    dialect: str
    arrival: Arrival


class NewKey(msgspec.Struct, kw_only=True):
    """The form for another key: of which kind, what for, and its value if clients use one already."""

    kind: Annotated[str, Meta(max_length=100)]
    label: Annotated[str, Meta(max_length=200)] = ""
    value: Annotated[str, Meta(max_length=256)] = ""


async def load(page: NamedDependency[PageContext]) -> SourcesView:
    found, came = await _keys(page), await page.run(arrivals, page.access)
    cards = [_card(dialect, found, came) for dialect in NAMED]
    return SourcesView(platforms=list(PLATFORMS.values()), sources=cards)


async def load_platform(
    request: AnyRequest,
    page: NamedDependency[PageContext],
    platform: FromPath[str],
    address: Address = "",
    language: Language = "",
) -> PlatformView:
    chosen = PLATFORMS.get(platform)
    if chosen is None:
        raise not_found("platform")
    found, came = await _keys(page), await page.run(arrivals, page.access)
    card, where = _card(chosen.dialect, found, came), address_of(request, page, address)
    made = platform_snippets(chosen, card.keys, where)
    shown = _language(made, language)
    return PlatformView(platform=chosen, source=card, address=where, language=shown, snippets=made)


async def load_one(
    request: AnyRequest,
    page: NamedDependency[PageContext],
    dialect: FromPath[str],
    address: Address = "",
    language: Language = "",
) -> SourceView:
    _check(dialect)
    found, came = await _keys(page), await page.run(arrivals, page.access)
    card, where = _card(dialect, found, came), address_of(request, page, address)
    made = snippets(dialect, card.keys, where)
    return SourceView(source=card, address=where, language=_language(made, language), snippets=made)


async def load_webhook(
    request: AnyRequest,
    page: NamedDependency[PageContext],
    dialect: FromPath[str],
    number: FromPath[int],
    address: Address = "",
) -> WebhookView:
    found, came = await _keys(page), await page.run(arrivals, page.access)
    for key in of_dialect(found, dialect):
        webhook = KEY_KINDS[key.kind].webhook
        if key.id == number and webhook and key.value:
            where = address_of(request, page, address)
            return WebhookView(
                dialect=dialect,
                title=NAMED[dialect].title,
                about=webhook.about,
                webhook=key,
                address=where,
                url=where + key.value,
                snippets=snippets(dialect, [key], where),
                arrival=came[dialect],
            )
    raise not_found("webhook source")


async def load_arrival(page: NamedDependency[PageContext], dialect: FromPath[str]) -> ArrivalView:
    _check(dialect)
    came = await page.run(arrivals, page.access)
    return ArrivalView(dialect=dialect, arrival=came[dialect])


async def send_test(page: NamedDependency[PageContext], dialect: FromPath[str]) -> Response[Any]:
    _check(dialect)
    found = await page.run(sources.send_test_event, page.access, dialect)
    if not found.message_ids:
        raise ServiceError(ErrorCode.INVALID_PARAMETER, f"the test event was answered {found.status}: {found.answer}")
    return redirect_to(page, f"/sources/{dialect}", "test-sent")


async def add_key(
    page: NamedDependency[PageContext], dialect: FromPath[str], data: URLEncodedBody[NewKey]
) -> Response[Any]:
    _check(dialect)
    if data.kind not in kinds_of(dialect):
        raise invalid("kind", f"a key of {NAMED[dialect].title} is one of {', '.join(kinds_of(dialect))}")
    value = data.value.strip()
    made = await page.run(keys.add_key, page.access, data.kind, label=data.label, value=value)
    return _shown(page, dialect, made)


async def load_rotation(
    page: NamedDependency[PageContext], dialect: FromPath[str], number: FromPath[int]
) -> KeyChangeView:
    key = await _working_key(page, dialect, number)
    return key_change(key, KEY_KINDS[key.kind].title, "rotate", f"/sources/{dialect}", f"/sources/{dialect}/keys")


async def load_revocation(
    page: NamedDependency[PageContext], dialect: FromPath[str], number: FromPath[int]
) -> KeyChangeView:
    key = await _working_key(page, dialect, number)
    return key_change(key, KEY_KINDS[key.kind].title, "revoke", f"/sources/{dialect}", f"/sources/{dialect}/keys")


async def rotate_key(
    page: NamedDependency[PageContext], dialect: FromPath[str], number: FromPath[int], data: URLEncodedBody[RotateForm]
) -> Response[Any]:
    await _working_key(page, dialect, number)
    made = await rotated(page, number, data)
    return _shown(page, dialect, made)


async def revoke_key(
    page: NamedDependency[PageContext], dialect: FromPath[str], number: FromPath[int]
) -> Response[Any]:
    await _working_key(page, dialect, number)
    await page.run(keys.revoke_key, page.access, number)
    return redirect_to(page, f"/sources/{dialect}", "key-revoked")


async def _keys(page: PageContext) -> list[KeyInfo]:
    return (await page.run(keys.list_keys, page.access)).keys


def address_of(request: AnyRequest, page: PageContext, given: str) -> str:
    """Where clients reach the ingest port: as given, as configured, or the host by which the console was reached."""
    parts = urlsplit(given)
    if parts.scheme in {"http", "https"} and parts.netloc and not parts.query and not parts.fragment:
        return given.rstrip("/")
    if configured := page.console.settings.edge.public_url:
        return configured.rstrip("/")
    port = urlsplit(page.context.ingest_url).port
    host = request.url.hostname or "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _language(made: list[Snippet], wanted: str) -> str:
    """The language that is shown: the wanted one, else the first."""
    languages = [each.language for each in made]
    return wanted if wanted in languages else next(iter(languages), "")


def _check(dialect: str) -> None:
    if dialect not in NAMED:
        raise not_found("dialect")


async def _working_key(page: PageContext, dialect: str, number: int) -> KeyInfo:
    """The key of this dialect with this number. Raises ServiceError for one that does not work."""
    found = await page.run(keys.list_keys, page.access)
    for key in of_dialect(found.keys, dialect):
        if key.id == number and key.revoked_at is None:
            return key
    raise not_found("key that still works")


def _card(dialect: str, found: list[KeyInfo], came: dict[str, Arrival]) -> SourceCard:
    ours = of_dialect(found, dialect)
    spoken = NAMED[dialect]
    return SourceCard(
        dialect=dialect,
        title=spoken.title,
        setting=spoken.keys_title,
        about=spoken.about,
        kinds=kinds_of(dialect),
        webhooks=webhooks_of(dialect),
        keys=ours,
        arrival=came[dialect],
    )


def _shown(page: PageContext, dialect: str, made: FreshKey) -> Response[Any]:
    """After a key was made: a secret is shown this once, on the page that answers."""
    if not kind_named(made.kind).secret:
        return redirect_to(page, f"/sources/{dialect}", "key-added")
    return render_page("new-key.html", page=page, name=KEY_KINDS[made.kind].title, key=made, back=f"/sources/{dialect}")


routes = [
    page_route("/sources", load, "sources.html"),
    page_route("/sources/platforms/{platform:str}", load_platform, "platform.html"),
    page_route("/sources/{dialect:str}", load_one, "source.html"),
    page_route("/sources/{dialect:str}/arrival", load_arrival, "arrival.html"),
    page_route("/sources/{dialect:str}/{number:int}", load_webhook, "webhook.html"),
    form_route("/sources/{dialect:str}/test", send_test, page="/sources/{dialect:str}"),
    form_route("/sources/{dialect:str}/keys", add_key, page="/sources/{dialect:str}"),
    page_route(
        "/sources/{dialect:str}/keys/{number:int}/rotate", load_rotation, "key-change.html", permission=Permission.ADMIN
    ),
    page_route(
        "/sources/{dialect:str}/keys/{number:int}/revoke",
        load_revocation,
        "key-change.html",
        permission=Permission.ADMIN,
    ),
    form_route("/sources/{dialect:str}/keys/{number:int}/rotate", rotate_key),
    form_route("/sources/{dialect:str}/keys/{number:int}/revoke", revoke_key),
]
