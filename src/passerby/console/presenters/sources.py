"""The sources of a project: what each dialect is called here, which keys lead to it, and what to paste."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from passerby.dialects import registry, samples
from passerby.dialects.common.languages import LANGUAGES
from passerby.services.management_answers import KeyInfo


class Snippet(msgspec.Struct, kw_only=True):
    """Something to paste, and into what."""

    language: str
    text: str


class Arrival(msgspec.Struct, kw_only=True):
    """Messages of a source in the last 30 days, and the start of the time step with the latest one.

    That step is the minute for an hour, the hour for two days, and the day from then on.
    """

    messages: int
    last_at: str | None


class SourceCard(msgspec.Struct, kw_only=True):
    """A dialect in its vendor's words, its keys with what each kind is called, and what has come.

    `webhooks` are the kinds whose keys have a page of their own: paths that some system posts to.
    """

    dialect: str
    title: str
    setting: str
    about: str
    kinds: dict[str, str]
    webhooks: list[str]
    keys: list[KeyInfo]
    arrival: Arrival


def kinds_of(dialect: str) -> dict[str, str]:
    """The kinds of keys that belong to a dialect, with their names."""
    spoken = registry.NAMED.get(dialect)
    return {kind.name: kind.title for kind in spoken.key_kinds} if spoken else {}


def webhooks_of(dialect: str) -> list[str]:
    """The kinds of keys of a dialect that are paths, each with a page of its own."""
    return [kind.name for kind in registry.NAMED[dialect].key_kinds if kind.webhook]


def of_dialect(keys: Sequence[KeyInfo], dialect: str) -> list[KeyInfo]:
    """The keys of a dialect, those that work first, the newest of them first."""
    ours = [key for key in keys if key.kind in kinds_of(dialect)]
    return sorted(ours, key=lambda key: (key.revoked_at is not None, key.kind, -key.id))


def snippets(dialect: str, keys: Sequence[KeyInfo], url: str) -> list[Snippet]:
    """What to paste to send a first event to this address; empty where a key is missing."""
    return [*written(registry.NAMED[dialect].snippets, keys, url), *in_every_language(dialect, keys, url)]


def in_every_language(dialect: str, keys: Sequence[KeyInfo], url: str) -> list[Snippet]:
    """The test event of a dialect with the newest keys, in each language; empty where a key is missing."""
    call = registry.NAMED[dialect].test_call(newest(keys))
    return [Snippet(language=name, text=write(url, call)) for name, write in LANGUAGES.items()] if call else []


def written(chosen: Iterable[samples.Snippet], keys: Sequence[KeyInfo], url: str) -> list[Snippet]:
    """These snippets with the newest keys, without those for which a key is missing."""
    current = newest(keys)
    return [
        Snippet(language=each.title, text=each.make(url, current))
        for each in chosen
        if current.keys() >= set(each.kinds)
    ]


def newest(keys: Sequence[KeyInfo]) -> dict[str, str]:
    """The newest readable key of each kind that still works."""
    return {key.kind: key.value for key in sorted(keys, key=_number) if key.value and key.revoked_at is None}


def _number(key: KeyInfo) -> int:
    return key.id
