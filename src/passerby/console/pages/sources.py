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
from passerby.console.access import Need
from passerby.console.arrivals import arrivals
from passerby.console.key_changes import KeyChangeView, RotateForm, key_change, rotated
from passerby.console.platforms import PLATFORMS, Platform, platform_snippets
from passerby.console.screens import Visit, action, done, page, screen
from passerby.console.sourcing import (
    Arrival,
    Snippet,
    SourceCard,
    kinds_of,
    of_dialect,
    snippets,
    webhooks_of,
)
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


async def gather(visit: NamedDependency[Visit]) -> SourcesView:
    found, came = await _keys(visit), await visit.run(arrivals, visit.access)
    cards = [_card(dialect, found, came) for dialect in NAMED]
    return SourcesView(platforms=list(PLATFORMS.values()), sources=cards)


async def gather_platform(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    platform: FromPath[str],
    address: Address = "",
    language: Language = "",
) -> PlatformView:
    chosen = PLATFORMS.get(platform)
    if chosen is None:
        raise not_found("platform")
    found, came = await _keys(visit), await visit.run(arrivals, visit.access)
    card, where = _card(chosen.dialect, found, came), address_of(request, visit, address)
    made = platform_snippets(chosen, card.keys, where)
    shown = _language(made, language)
    return PlatformView(platform=chosen, source=card, address=where, language=shown, snippets=made)


async def gather_one(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    dialect: FromPath[str],
    address: Address = "",
    language: Language = "",
) -> SourceView:
    _check(dialect)
    found, came = await _keys(visit), await visit.run(arrivals, visit.access)
    card, where = _card(dialect, found, came), address_of(request, visit, address)
    made = snippets(dialect, card.keys, where)
    return SourceView(source=card, address=where, language=_language(made, language), snippets=made)


async def gather_webhook(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    dialect: FromPath[str],
    number: FromPath[int],
    address: Address = "",
) -> WebhookView:
    found, came = await _keys(visit), await visit.run(arrivals, visit.access)
    for key in of_dialect(found, dialect):
        webhook = KEY_KINDS[key.kind].webhook
        if key.id == number and webhook and key.value:
            where = address_of(request, visit, address)
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


async def gather_arrival(visit: NamedDependency[Visit], dialect: FromPath[str]) -> ArrivalView:
    _check(dialect)
    came = await visit.run(arrivals, visit.access)
    return ArrivalView(dialect=dialect, arrival=came[dialect])


async def send_test(visit: NamedDependency[Visit], dialect: FromPath[str]) -> Response[Any]:
    _check(dialect)
    found = await visit.run(sources.send_test_event, visit.access, dialect)
    if not found.message_ids:
        raise ServiceError(ErrorCode.INVALID_PARAMETER, f"the test event was answered {found.status}: {found.answer}")
    return done(visit, f"/sources/{dialect}", "test-sent")


async def add_key(visit: NamedDependency[Visit], dialect: FromPath[str], data: URLEncodedBody[NewKey]) -> Response[Any]:
    _check(dialect)
    if data.kind not in kinds_of(dialect):
        raise invalid("kind", f"a key of {NAMED[dialect].title} is one of {', '.join(kinds_of(dialect))}")
    value = data.value.strip()
    made = await visit.run(keys.add_key, visit.access, data.kind, label=data.label, value=value)
    return _shown(visit, dialect, made)


async def gather_rotation(
    visit: NamedDependency[Visit], dialect: FromPath[str], number: FromPath[int]
) -> KeyChangeView:
    key = await _working_key(visit, dialect, number)
    return key_change(key, KEY_KINDS[key.kind].title, "rotate", f"/sources/{dialect}", f"/sources/{dialect}/keys")


async def gather_revocation(
    visit: NamedDependency[Visit], dialect: FromPath[str], number: FromPath[int]
) -> KeyChangeView:
    key = await _working_key(visit, dialect, number)
    return key_change(key, KEY_KINDS[key.kind].title, "revoke", f"/sources/{dialect}", f"/sources/{dialect}/keys")


async def rotate_key(
    visit: NamedDependency[Visit], dialect: FromPath[str], number: FromPath[int], data: URLEncodedBody[RotateForm]
) -> Response[Any]:
    await _working_key(visit, dialect, number)
    made = await rotated(visit, number, data)
    return _shown(visit, dialect, made)


async def revoke_key(visit: NamedDependency[Visit], dialect: FromPath[str], number: FromPath[int]) -> Response[Any]:
    await _working_key(visit, dialect, number)
    await visit.run(keys.revoke_key, visit.access, number)
    return done(visit, f"/sources/{dialect}", "key-revoked")


async def _keys(visit: Visit) -> list[KeyInfo]:
    return (await visit.run(keys.list_keys, visit.access)).keys


def address_of(request: AnyRequest, visit: Visit, given: str) -> str:
    """Where clients reach the ingest port: as given, as configured, or the host by which the console was reached."""
    parts = urlsplit(given)
    if parts.scheme in {"http", "https"} and parts.netloc and not parts.query and not parts.fragment:
        return given.rstrip("/")
    if configured := visit.reception.settings.edge.public_url:
        return configured.rstrip("/")
    port = urlsplit(visit.context.ingest_url).port
    host = request.url.hostname or "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _language(made: list[Snippet], wanted: str) -> str:
    """The language that is shown: the wanted one, else the first."""
    languages = [each.language for each in made]
    return wanted if wanted in languages else next(iter(languages), "")


def _check(dialect: str) -> None:
    if dialect not in NAMED:
        raise not_found("dialect")


async def _working_key(visit: Visit, dialect: str, number: int) -> KeyInfo:
    """The key of this dialect with this number. Raises ServiceError for one that does not work."""
    found = await visit.run(keys.list_keys, visit.access)
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


def _shown(visit: Visit, dialect: str, made: FreshKey) -> Response[Any]:
    """After a key was made: a secret is shown this once, on the page that answers."""
    if not kind_named(made.kind).secret:
        return done(visit, f"/sources/{dialect}", "key-added")
    return page("new-key.html", visit=visit, name=KEY_KINDS[made.kind].title, key=made, back=f"/sources/{dialect}")


routes = [
    screen("/sources", gather, "sources.html"),
    screen("/sources/platforms/{platform:str}", gather_platform, "platform.html"),
    screen("/sources/{dialect:str}", gather_one, "source.html"),
    screen("/sources/{dialect:str}/arrival", gather_arrival, "arrival.html"),
    screen("/sources/{dialect:str}/{number:int}", gather_webhook, "webhook.html"),
    action("/sources/{dialect:str}/test", send_test, page="/sources/{dialect:str}"),
    action("/sources/{dialect:str}/keys", add_key, page="/sources/{dialect:str}"),
    screen("/sources/{dialect:str}/keys/{number:int}/rotate", gather_rotation, "key-change.html", need=Need.ADMIN),
    screen("/sources/{dialect:str}/keys/{number:int}/revoke", gather_revocation, "key-change.html", need=Need.ADMIN),
    action("/sources/{dialect:str}/keys/{number:int}/rotate", rotate_key),
    action("/sources/{dialect:str}/keys/{number:int}/revoke", revoke_key),
]
