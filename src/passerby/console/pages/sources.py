"""Sources: by platform with code to paste, and by vendor with its keys and the messages received."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, URLEncodedBody
from msgspec import Meta

from passerby.accounts.keys import kind_named
from passerby.accounts.records import AddedKey
from passerby.console.auth.permissions import Permission
from passerby.console.pages.key_changes import KeyChangeView, RotateForm, key_change, rotated
from passerby.console.presenters.sources import (
    PLATFORMS,
    Arrival,
    Platform,
    Snippet,
    SourceCard,
    kinds_of,
    of_dialect,
    platform_snippets,
    snippets,
    source_card,
)
from passerby.console.routing import PageContext, form_route, page_route, redirect_to, render_page
from passerby.dialects.registry import KEY_KINDS, NAMED
from passerby.services import keys, sources
from passerby.services.access import ServerAccess
from passerby.services.errors import ErrorCode, ServiceError, invalid, not_found
from passerby.services.keys import ListedKey
from passerby.services.series import Step, count_series, range_of
from passerby.web.errors import AnyRequest

Address = Annotated[str, QueryParameter(name="address", max_length=300)]
Language = Annotated[str, QueryParameter(name="language", max_length=40)]


class SourcesView(msgspec.Struct, kw_only=True):
    """All platforms, and all dialects."""

    platforms: list[Platform]
    sources: list[SourceCard]


class PlatformView(msgspec.Struct, kw_only=True):
    """One platform. `source` is the dialect that its clients use, `address` the URL of the ingest port."""

    platform: Platform
    source: SourceCard
    address: str
    language: str
    snippets: list[Snippet]


class SourceView(msgspec.Struct, kw_only=True):
    """One dialect. `address` is the URL of the ingest port."""

    source: SourceCard
    address: str
    language: str
    snippets: list[Snippet]


class WebhookView(msgspec.Struct, kw_only=True):
    """One webhook: its dialect, its key, its URL, and code that sends to it."""

    dialect: str
    title: str
    about: str
    webhook: ListedKey
    address: str
    url: str
    snippets: list[Snippet]
    arrival: Arrival


class ArrivalView(msgspec.Struct, kw_only=True):
    """The messages received of a dialect, for the status that the page refreshes."""

    dialect: str
    arrival: Arrival


class NewKey(msgspec.Struct, kw_only=True):
    """The form: kind and label of the key, and its value if clients already use one."""

    kind: Annotated[str, Meta(max_length=100)]
    label: Annotated[str, Meta(max_length=200)] = ""
    value: Annotated[str, Meta(max_length=256)] = ""


async def load(page: NamedDependency[PageContext]) -> SourcesView:
    found, arrivals = await _keys(page), await page.run(_arrivals, page.access)
    cards = [source_card(dialect, found, arrivals[dialect]) for dialect in NAMED]
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
    arrivals = await page.run(_arrivals, page.access)
    card = source_card(chosen.dialect, await _keys(page), arrivals[chosen.dialect])
    where = address_of(request, page, address)
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
    arrivals = await page.run(_arrivals, page.access)
    card, where = source_card(dialect, await _keys(page), arrivals[dialect]), address_of(request, page, address)
    made = snippets(dialect, card.keys, where)
    return SourceView(source=card, address=where, language=_language(made, language), snippets=made)


async def load_webhook(
    request: AnyRequest,
    page: NamedDependency[PageContext],
    dialect: FromPath[str],
    number: FromPath[int],
    address: Address = "",
) -> WebhookView:
    for key in of_dialect(await _keys(page), dialect):
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
                arrival=(await page.run(_arrivals, page.access))[dialect],
            )
    raise not_found("webhook source")


async def load_arrival(page: NamedDependency[PageContext], dialect: FromPath[str]) -> ArrivalView:
    _check(dialect)
    arrivals = await page.run(_arrivals, page.access)
    return ArrivalView(dialect=dialect, arrival=arrivals[dialect])


def _arrivals(access: ServerAccess) -> dict[str, Arrival]:
    """Read the counters of accepted messages of every dialect: their sum, and the newest step with any."""
    steps: tuple[Step, ...] = ("day", "hour", "minute")
    counted = [
        count_series(access, "accepted", step, range_of(step, None, None, access.context.now())) for step in steps
    ]
    # The finest step overwrites the others. It covers the shortest time, so it may have nothing.
    latest = {
        line.dialect: max(at for at, count in zip(series.times, line.values, strict=True) if count)
        for series in counted
        for line in series.lines
    }
    totals = {line.dialect: line.total for line in counted[0].lines}
    return {dialect: Arrival(messages=totals.get(dialect, 0), last_at=latest.get(dialect)) for dialect in NAMED}


async def send_test(page: NamedDependency[PageContext], dialect: FromPath[str]) -> Response[Any]:
    """Send a test event to the ingest port, as a client would."""
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


async def _keys(page: PageContext) -> list[ListedKey]:
    return await page.run(keys.list_keys, page.access)


def address_of(request: AnyRequest, page: PageContext, given: str) -> str:
    """Return the URL of the ingest port: as given, as configured, or on the host by which the console was reached."""
    parts = urlsplit(given)
    if parts.scheme in {"http", "https"} and parts.netloc and not parts.query and not parts.fragment:
        return given.rstrip("/")
    if configured := page.console.settings.edge.public_url:
        return configured.rstrip("/")
    port = urlsplit(page.context.ingest_url).port
    host = request.url.hostname or "127.0.0.1"
    # An IPv6 address is in brackets in a URL.
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _language(made: list[Snippet], wanted: str) -> str:
    """Return the language to show: the wanted one, else the first."""
    languages = [each.language for each in made]
    return wanted if wanted in languages else next(iter(languages), "")


def _check(dialect: str) -> None:
    if dialect not in NAMED:
        raise not_found("source")


async def _working_key(page: PageContext, dialect: str, number: int) -> ListedKey:
    """Return an active key of a dialect by its number. Raises ServiceError for any other."""
    found = await page.run(keys.list_keys, page.access)
    for key in of_dialect(found, dialect):
        if key.id == number and key.revoked_at is None:
            return key
    raise not_found("active key")


def _shown(page: PageContext, dialect: str, made: AddedKey) -> Response[Any]:
    """Answer the creation of a key: a secret is shown once, in the response to its form."""
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
