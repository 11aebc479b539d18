"""Where events come from: a card for each dialect, its keys, what to paste, and whether anything has come."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, URLEncodedBody
from msgspec import Meta

from passerby.api.errors import AnyRequest, ApiError, ErrorCode, invalid, not_found
from passerby.console.arrivals import arrivals
from passerby.console.screens import Visit, action, done, page, screen
from passerby.console.sourcing import (
    ABOUT,
    KIND_NAMES,
    Arrival,
    KeyShown,
    Snippet,
    SourceCard,
    kinds_of,
    newest,
    shown,
    snippets,
)
from passerby.projects.errors import ProjectError
from passerby.projects.store import AddedKey, Key

Address = Annotated[str, QueryParameter(name="address", max_length=300)]
Language = Annotated[str, QueryParameter(name="language", max_length=40)]

_WEBHOOK = "customerlabs.webhook_path"


class SourcesView(msgspec.Struct, kw_only=True):
    """Every dialect."""

    sources: list[SourceCard]


class SourceView(msgspec.Struct, kw_only=True):
    """One dialect. `address` is where its clients reach the ingest port; `kinds`, what keys it can have."""

    source: SourceCard
    address: str
    language: str
    snippets: list[Snippet]
    kinds: dict[str, str]


class WebhookView(msgspec.Struct, kw_only=True):
    """One webhook source of CustomerLabs: its key, its address, and what to send there."""

    webhook: KeyShown
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
    value: Annotated[str, Meta(max_length=300)] = ""


async def gather(visit: NamedDependency[Visit]) -> SourcesView:
    keys = await visit.run(_keys, visit)
    came = await visit.run(arrivals, visit.access)
    return SourcesView(sources=[_card(dialect, keys, came) for dialect in ABOUT])


async def gather_one(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    dialect: FromPath[str],
    address: Address = "",
    language: Language = "",
) -> SourceView:
    _check(dialect)
    keys, came = await visit.run(_keys, visit), await visit.run(arrivals, visit.access)
    card, where = _card(dialect, keys, came), address_of(request, visit, address)
    made = snippets(dialect, card.keys, where)
    chosen = language if any(each.language == language for each in made) else next((s.language for s in made), "")
    kinds = {kind: KIND_NAMES[kind] for kind in kinds_of(dialect)}
    return SourceView(source=card, address=where, language=chosen, snippets=made, kinds=kinds)


async def gather_webhook(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    dialect: FromPath[str],
    number: FromPath[int],
    address: Address = "",
) -> WebhookView:
    keys, came = await visit.run(_keys, visit), await visit.run(arrivals, visit.access)
    for key in shown(keys, dialect):
        if key.id == number and key.kind == _WEBHOOK and key.value:
            where, arrival = address_of(request, visit, address), came[dialect]
            made = snippets(dialect, [key], where)
            return WebhookView(webhook=key, address=where, url=where + key.value, snippets=made, arrival=arrival)
    raise not_found("webhook source")


async def gather_arrival(visit: NamedDependency[Visit], dialect: FromPath[str]) -> ArrivalView:
    _check(dialect)
    came = await visit.run(arrivals, visit.access)
    return ArrivalView(dialect=dialect, arrival=came[dialect])


async def add_key(visit: NamedDependency[Visit], dialect: FromPath[str], data: URLEncodedBody[NewKey]) -> Response[Any]:
    _check(dialect)
    if data.kind not in kinds_of(dialect):
        raise invalid("kind", f"a key of {ABOUT[dialect].title} is one of {', '.join(kinds_of(dialect))}")
    return await _made(visit, dialect, await visit.run(_add, visit, data))


async def rotate_key(visit: NamedDependency[Visit], dialect: FromPath[str], number: FromPath[int]) -> Response[Any]:
    _check(dialect)
    return await _made(visit, dialect, await visit.run(_rotate, visit, dialect, number))


async def revoke_key(visit: NamedDependency[Visit], dialect: FromPath[str], number: FromPath[int]) -> Response[Any]:
    _check(dialect)
    await visit.run(_revoke, visit, dialect, number)
    return done(visit, f"/sources/{dialect}", "key-revoked")


def address_of(request: AnyRequest, visit: Visit, given: str) -> str:
    """Where clients reach the ingest port: as given, else the host by which the console was reached."""
    parts = urlsplit(given)
    if parts.scheme in {"http", "https"} and parts.netloc and not parts.query and not parts.fragment:
        return given.rstrip("/")
    port = urlsplit(visit.desk.ingest_url).port
    host = request.url.hostname or "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _check(dialect: str) -> None:
    if dialect not in ABOUT:
        raise not_found("dialect")


def _card(dialect: str, keys: list[Key], came: dict[str, Arrival]) -> SourceCard:
    return SourceCard(dialect=dialect, **ABOUT[dialect]._asdict(), keys=shown(keys, dialect), arrival=came[dialect])


async def _made(visit: Visit, dialect: str, key: AddedKey) -> Response[Any]:
    """After a key was made: a secret is shown this once, on the page that answers."""
    if KIND_NAMES[key.kind] and key.kind not in newest(shown(await visit.run(_keys, visit), dialect)):
        return page("new-key.html", visit=visit, dialect=dialect, name=KIND_NAMES[key.kind], key=key)
    return done(visit, f"/sources/{dialect}", "key-added")


def _keys(visit: Visit) -> list[Key]:
    with visit.reception.control() as store:
        return store.keys(store.project_numbered(visit.project))


def _add(visit: Visit, form: NewKey) -> AddedKey:
    with visit.reception.control() as store:
        try:
            project = store.project_numbered(visit.project)
            return store.add_key(project, form.kind, visit.desk.now(), value=form.value.strip(), label=form.label)
        except ProjectError as error:
            raise ApiError(ErrorCode.INVALID_PARAMETER, str(error)) from None


def _rotate(visit: Visit, dialect: str, number: int) -> AddedKey:
    """A new key for an old one, which stops with that."""
    with visit.reception.control() as store, store.transaction():
        project, old = store.project_numbered(visit.project), _current(visit, dialect, number)
        added = store.add_key(project, old.kind, visit.desk.now(), label=old.label)
        store.revoke_key(project, number, visit.desk.now())
        return added


def _revoke(visit: Visit, dialect: str, number: int) -> None:
    with visit.reception.control() as store:
        key = _current(visit, dialect, number)
        store.revoke_key(store.project_numbered(visit.project), key.id, visit.desk.now())


def _current(visit: Visit, dialect: str, number: int) -> Key:
    """A key of this dialect that still works."""
    for key in _keys(visit):
        if key.id == number and key.kind in kinds_of(dialect) and key.revoked_at is None:
            return key
    raise not_found("key that still works")


routes = [
    screen("/sources", gather, "sources.html"),
    screen("/sources/{dialect:str}", gather_one, "source.html"),
    screen("/sources/{dialect:str}/arrival", gather_arrival, "arrival.html"),
    screen("/sources/{dialect:str}/{number:int}", gather_webhook, "webhook.html"),
    action("/sources/{dialect:str}/keys", add_key),
    action("/sources/{dialect:str}/keys/{number:int}/rotate", rotate_key),
    action("/sources/{dialect:str}/keys/{number:int}/revoke", revoke_key),
]
