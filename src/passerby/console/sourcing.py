"""The sources of a project: what each dialect is called here, which keys lead to it, and what to paste."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from passerby.dialects import registry
from passerby.sdk.calls import LANGUAGES, first_call
from passerby.sdk.snippets import SNIPPETS, Source
from passerby.services.management_answers import KeyInfo


class Snippet(msgspec.Struct, kw_only=True):
    """Something to paste, and into what."""

    language: str
    text: str


class Arrival(msgspec.Struct, kw_only=True):
    """What came of a dialect in the last 30 days, and when the step began in which the last of it did.

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


class About(NamedTuple):
    """How a vendor's own words go: its name, the place where its keys are set up, and what it sends."""

    title: str
    setting: str
    about: str


ABOUT: Final = {
    "crossengage": About("CrossEngage", "System Setup", "Events and traits from mobile apps and servers."),
    "webengage": About("WebEngage", "REST API", "Users and events from servers."),
    "customerlabs": About("CustomerLabs", "Sources", "Webhooks, and users of web sites."),
    "antsomi": About("Antsomi", "Portal and property", "Events from web sites and apps, with the SDKs that we serve."),
    "segment": About("Segment", "Write key", "The tracking API, and everything that speaks it."),
}

SDKS: Final = {"web": "Web page", "gtm": "Google Tag Manager", "react-native": "React Native"}
"""What the snippets that load an SDK are called."""


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
    current = newest(keys)
    call = first_call(dialect, url, current)
    if call is None:
        return []
    made = [Snippet(language=name, text=write(call)) for name, write in LANGUAGES.items()]
    return _sdks(dialect, current, url) + made


def newest(keys: Sequence[KeyInfo]) -> dict[str, str]:
    """The newest readable key of each kind that still works."""
    return {key.kind: key.value for key in sorted(keys, key=_number) if key.value and key.revoked_at is None}


def _number(key: KeyInfo) -> int:
    return key.id


def _sdks(dialect: str, keys: dict[str, str], url: str) -> list[Snippet]:
    if dialect != "antsomi":
        return []
    source = Source(url, keys["antsomi.portal_id"], keys["antsomi.prop_id"])
    return [Snippet(language=SDKS[name], text=write(source)) for name, write in SNIPPETS.items()]
