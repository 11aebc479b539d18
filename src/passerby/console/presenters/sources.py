"""Sources by dialect and by platform: keys, and code snippets with the newest keys.

A dialect is a vendor's API; a platform is what sends the events, such as a website, whichever dialect it uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from passerby.clock import Milliseconds
from passerby.dialects import registry, samples
from passerby.dialects.common.languages import LANGUAGES
from passerby.services.keys import ListedKey


class Snippet(msgspec.Struct, kw_only=True):
    """Code to paste, and its language or place."""

    language: str
    text: str


class Arrival(msgspec.Struct, kw_only=True):
    """Messages of a source in the last 30 days, and the start of the time step with the latest one.

    That step is the minute for an hour, the hour for two days, and the day from then on.
    """

    messages: int
    last_at: Milliseconds | None


class SourceCard(msgspec.Struct, kw_only=True):
    """A dialect in its vendor's words, its keys, the label of each kind of key, and the messages received.

    `webhooks` are the kinds of keys that are paths: each such key has a page of its own.
    """

    dialect: str
    title: str
    setting: str
    about: str
    kinds: dict[str, str]
    webhooks: list[str]
    keys: list[ListedKey]
    arrival: Arrival


class Platform(msgspec.Struct, kw_only=True, frozen=True):
    """A platform. `dialect` is the one that its clients use; `guide` a path below `/docs`."""

    name: str
    title: str
    about: str
    dialect: str
    languages: tuple[str, ...]
    guide: str


PLATFORMS: Final = {
    name: Platform(
        name=name,
        title=platform.title,
        about=platform.about,
        dialect=dialect.name,
        languages=tuple(snippet.title for snippet in platform.snippets) or tuple(LANGUAGES),
        guide=platform.guide,
    )
    for name, (dialect, platform) in registry.PLATFORMS.items()
}
"""All platforms by name, in the order of the page."""


def source_card(dialect: str, keys: Sequence[ListedKey], arrival: Arrival) -> SourceCard:
    """Return the card of a dialect; `keys` are all keys of the project."""
    spoken = registry.NAMED[dialect]
    return SourceCard(
        dialect=dialect,
        title=spoken.title,
        setting=spoken.keys_title,
        about=spoken.about,
        kinds=kinds_of(dialect),
        webhooks=[kind.name for kind in spoken.key_kinds if kind.webhook],
        keys=of_dialect(keys, dialect),
        arrival=arrival,
    )


def kinds_of(dialect: str) -> dict[str, str]:
    """Return the kinds of keys of a dialect with their labels; none for an unknown dialect."""
    spoken = registry.NAMED.get(dialect)
    return {kind.name: kind.title for kind in spoken.key_kinds} if spoken else {}


def of_dialect(keys: Sequence[ListedKey], dialect: str) -> list[ListedKey]:
    """Return the keys of a dialect: active ones first, by kind, the newest of each first."""
    ours = [key for key in keys if key.kind in kinds_of(dialect)]
    return sorted(ours, key=lambda key: (key.revoked_at is not None, key.kind, -key.id))


def snippets(dialect: str, keys: Sequence[ListedKey], url: str) -> list[Snippet]:
    """Return the code that sends a first event of a dialect to this URL; none where a key is missing."""
    return [*_filled(registry.NAMED[dialect].snippets, keys, url), *_in_every_language(dialect, keys, url)]


def platform_snippets(platform: Platform, keys: Sequence[ListedKey], url: str) -> list[Snippet]:
    """Return the code that a platform needs to send events to this URL; none where a key is missing."""
    own = registry.PLATFORMS[platform.name][1].snippets
    return _filled(own, keys, url) if own else _in_every_language(platform.dialect, keys, url)


def _in_every_language(dialect: str, keys: Sequence[ListedKey], url: str) -> list[Snippet]:
    call = registry.NAMED[dialect].test_call(newest(keys))
    return [Snippet(language=name, text=write(url, call)) for name, write in LANGUAGES.items()] if call else []


def _filled(chosen: Iterable[samples.Snippet], keys: Sequence[ListedKey], url: str) -> list[Snippet]:
    """Return these snippets with the newest keys, without those for which a key is missing."""
    current = newest(keys)
    return [
        Snippet(language=each.title, text=each.make(url, current))
        for each in chosen
        if current.keys() >= set(each.kinds)
    ]


def newest(keys: Sequence[ListedKey]) -> dict[str, str]:
    """Return the newest active key of each kind. Secrets are left out: only their hash is stored."""
    by_age = sorted(keys, key=lambda key: key.id)
    return {key.kind: key.value for key in by_age if key.value and key.revoked_at is None}
