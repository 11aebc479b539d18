"""The registered kinds of destinations."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from passerby.destinations.kind import Kind

NAMES: Final = (
    "webhook",
    "slack",
    "segment",
    "ga4",
    "meta",
    "tiktok",
    "klaviyo",
    "braze",
    "customerio",
    "hubspot",
    "mailchimp",
    "mixpanel",
    "amplitude",
    "posthog",
    "webengage",
    "crossengage",
)
"""Modules of `passerby.destinations.kinds`, in display order."""

# Imported by name, so that adding a kind takes a file and its name above.
ALL: Final[tuple[Kind, ...]] = tuple(import_module(f"passerby.destinations.kinds.{name}").KIND for name in NAMES)

NAMED: Final[Mapping[str, Kind]] = {kind.name: kind for kind in ALL}
