"""Device, operating system and browser of a user agent, when a profile is read: ingestion stores the header alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import ua_parser

LONGEST: Final = 512
"""Characters of a user agent that are parsed: the time of the patterns grows with the length."""
CACHED: Final = 1024

_UNKNOWN: Final = frozenset({"Other", "Generic Smartphone", "Generic Feature Phone", "Generic Tablet"})
"""Families that uap-core gives to devices that it does not know; there are brands that begin with Generic as well."""


class UserAgent(NamedTuple):
    """What a user agent states, as text such as `Apple iPhone`, `iOS 17.4` and `Mobile Safari 17.4`; "" if unknown."""

    device: str = ""
    os: str = ""
    browser: str = ""


@lru_cache(CACHED)
def parse(text: str) -> UserAgent:
    """Parse a user agent with the patterns of uap-core. Versions are given to the minor one."""
    found = ua_parser.parse(text[:LONGEST])
    device, system, browser = found.device, found.os, found.user_agent
    name, brand, model = (device.family, device.brand or "", device.model or "") if device else ("", "", "")
    if name in _UNKNOWN or brand.startswith("Generic"):
        name = ""
    elif brand and model:
        # Models of some makers begin with the brand already.
        name = model if model.startswith(brand) else f"{brand} {model}"
    return UserAgent(
        device=name,
        os=_versioned(system.family, system.major, system.minor) if system else "",
        browser=_versioned(browser.family, browser.major, browser.minor) if browser else "",
    )


def _versioned(family: str, major: str | None, minor: str | None) -> str:
    """Return a name with its version, without a minor version of 0, at which browsers freeze it."""
    if major is None:
        return family
    return f"{family} {major}" if minor in {None, "0"} else f"{family} {major}.{minor}"
