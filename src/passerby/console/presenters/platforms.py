"""Sources by platform: what sends the events, whichever vendor's protocol it speaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from passerby.console.presenters.sources import Snippet, in_every_language, written
from passerby.dialects import registry
from passerby.dialects.common.languages import LANGUAGES
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
"""In the order in which they are listed."""


def platform_snippets(platform: Platform, keys: Sequence[KeyInfo], url: str) -> list[Snippet]:
    """What to paste for a platform, with the newest keys of its dialect; empty where a key is missing."""
    own = registry.PLATFORMS[platform.name][1].snippets
    return written(own, keys, url) if own else in_every_language(platform.dialect, keys, url)
