"""The sources of a project: what each dialect is called here, which keys lead to it, and what to paste."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from passerby.console.rendering import iso_of
from passerby.projects.store import Key
from passerby.sdk.calls import LANGUAGES, first_call
from passerby.sdk.snippets import SNIPPETS, Source


class KeyShown(msgspec.Struct, kw_only=True):
    """A key as it can be shown. `value` is null for a secret, which nobody can read again."""

    id: int
    kind: str
    name: str
    value: str | None
    label: str
    created_at: str
    revoked_at: str | None


class Snippet(msgspec.Struct, kw_only=True):
    """Something to paste, and into what."""

    language: str
    text: str


class Arrival(msgspec.Struct, kw_only=True):
    """When a message of a dialect came last; null: none is known of."""

    last_at: str | None


class SourceCard(msgspec.Struct, kw_only=True):
    """A dialect, the keys that work, and what has come."""

    dialect: str
    title: str
    setting: str
    about: str
    keys: list[KeyShown]
    arrival: Arrival


class About(NamedTuple):
    """How a vendor's own words go: its name, the place where its keys are set up, and what it sends."""

    title: str
    setting: str
    about: str


ABOUT: Final = {
    "crossengage": About("CrossEngage", "System Setup", "Events and traits from mobile apps."),
    "webengage": About("WebEngage", "REST API", "Users and events from servers."),
    "customerlabs": About("CustomerLabs", "Sources", "Webhooks, and users of web sites."),
    "antsomi": About("Antsomi", "Portal and property", "Events from web sites and apps, with the SDKs that we serve."),
    "segment": About("Segment", "Write key", "The tracking API, and everything that speaks it."),
}

KIND_NAMES: Final = {
    "crossengage.mobile_api_key": "Mobile API key",
    "webengage.license_code": "License code",
    "webengage.api_key": "API key",
    "customerlabs.app_id": "App id",
    "customerlabs.webhook_path": "Webhook",
    "antsomi.portal_id": "Portal",
    "antsomi.prop_id": "Property",
    "segment.write_key": "Write key",
}

_SDKS: Final = {"web": "Web page", "gtm": "Google Tag Manager", "react-native": "React Native"}


def kinds_of(dialect: str) -> list[str]:
    """The kinds of keys that belong to a dialect."""
    return [kind for kind in KIND_NAMES if kind.startswith(f"{dialect}.")]


def shown(keys: Sequence[Key], dialect: str) -> list[KeyShown]:
    """The keys of a dialect, those that work first, the newest of them first."""
    ours = [key for key in keys if key.kind in kinds_of(dialect)]
    return [_shown(key) for key in sorted(ours, key=lambda key: (key.revoked_at is not None, key.kind, -key.id))]


def snippets(dialect: str, keys: Sequence[KeyShown], url: str) -> list[Snippet]:
    """What to paste to send a first event to this address; empty where a key is missing."""
    current = newest(keys)
    call = first_call(dialect, url, current)
    if call is None:
        return []
    made = [Snippet(language=name, text=write(call)) for name, write in LANGUAGES.items()]
    return _sdks(dialect, current, url) + made


def newest(keys: Sequence[KeyShown]) -> dict[str, str]:
    """The newest readable key of each kind that still works."""
    return {key.kind: key.value for key in reversed(keys) if key.value and key.revoked_at is None}


def _sdks(dialect: str, keys: dict[str, str], url: str) -> list[Snippet]:
    if dialect != "antsomi":
        return []
    source = Source(url, keys["antsomi.portal_id"], keys["antsomi.prop_id"])
    return [Snippet(language=_SDKS[name], text=write(source)) for name, write in SNIPPETS.items()]


def _shown(key: Key) -> KeyShown:
    return KeyShown(
        id=key.id,
        kind=key.kind,
        name=KIND_NAMES.get(key.kind, key.kind),
        value=key.value,
        label=key.label,
        created_at=iso_of(key.created_at),
        revoked_at=None if key.revoked_at is None else iso_of(key.revoked_at),
    )
