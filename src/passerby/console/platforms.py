"""Sources by platform: what sends the events, whichever vendor's protocol it speaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from passerby.console.sourcing import SDKS, Snippet, newest, snippets
from passerby.sdk.calls import LANGUAGES
from passerby.sdk.libraries import LIBRARIES, configured
from passerby.services.management_answers import KeyInfo


class Platform(msgspec.Struct, kw_only=True, frozen=True):
    """A platform. `dialect` names the protocol that its clients speak; `guide`, an address below `/docs`."""

    name: str
    title: str
    about: str
    dialect: str
    languages: tuple[str, ...]
    guide: str


PLATFORMS: Final = {
    platform.name: platform
    for platform in (
        Platform(
            name="website",
            title="Website",
            about="Page views, events and users, with the web SDK or Google Tag Manager.",
            dialect="antsomi",
            languages=(SDKS["web"], SDKS["gtm"]),
            guide="how-to/sdk#a-web-site",
        ),
        Platform(
            name="mobile",
            title="iOS and Android",
            about="Native apps, with Segment's open-source libraries.",
            dialect="segment",
            languages=("iOS (Swift)", "Android (Kotlin)"),
            guide="how-to/migrate/segment-kotlin",
        ),
        Platform(
            name="react-native",
            title="React Native",
            about="Apps, with the mobile SDK; it has the calls of Antsomi's SDK.",
            dialect="antsomi",
            languages=(SDKS["react-native"],),
            guide="how-to/sdk#react-native",
        ),
        Platform(
            name="server",
            title="Server",
            about="Events from a backend, over HTTP.",
            dialect="segment",
            languages=tuple(LANGUAGES),
            guide="how-to/migrate/segment-http",
        ),
        Platform(
            name="segment",
            title="Segment-compatible",
            about="Any library that speaks Segment's protocol; only its host changes.",
            dialect="segment",
            languages=tuple(LIBRARIES),
            guide="how-to/migrate",
        ),
        Platform(
            name="webhook",
            title="Webhook",
            about="Forms and other systems that post JSON to a URL.",
            dialect="customerlabs",
            languages=tuple(LANGUAGES),
            guide="how-to/migrate/customerlabs",
        ),
    )
}
"""In the order in which they are listed."""


def platform_snippets(platform: Platform, keys: Sequence[KeyInfo], url: str) -> list[Snippet]:
    """What to paste for a platform, with the newest keys of its dialect; empty where a key is missing."""
    made = {snippet.language: snippet.text for snippet in snippets(platform.dialect, keys, url)}
    write_key = newest(keys).get("segment.write_key")
    if write_key and platform.languages[0] in LIBRARIES:
        made = {name: configured(name, url, write_key) for name in LIBRARIES}
    return [Snippet(language=name, text=made[name]) for name in platform.languages if name in made]
