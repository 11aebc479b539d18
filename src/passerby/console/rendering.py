"""Templates: every value is escaped, and a name that a template uses without being given it is an error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, tzinfo
from importlib.metadata import version
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from passerby.console import documentation
from passerby.console.presenters import template_filters, units
from passerby.console.static import files

_MIDDLE = "…"
_SHORT = 18


_zone: ContextVar[tzinfo] = ContextVar("console_zone", default=UTC)
"""The time zone of the page that is being rendered. A variable, as macros of imported templates see no page."""


@contextmanager
def in_zone(zone: tzinfo) -> Iterator[None]:
    """Context manager: show times in this time zone."""
    token = _zone.set(zone)
    try:
        yield
    finally:
        _zone.reset(token)


def clock(moment: str) -> str:
    """Format an ISO time in the time zone of the page's project, such as `2026-03-01 09:05:07`.

    The hour that is repeated when daylight saving time ends appears twice; the time in UTC on hover tells them apart.
    """
    return _formatted(moment, _zone.get())


def utc(moment: str) -> str:
    """Format an ISO time in UTC, such as `2026-03-01 09:05:07 UTC`."""
    return f"{_formatted(moment, UTC)} UTC"


def _formatted(moment: str, zone: tzinfo) -> str:
    return datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def iso_of(milliseconds: int) -> str:
    """Milliseconds since 1970 as an ISO time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def number(value: float) -> str:
    """A number with its thousands apart, by a space that does not break."""
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def short(text: str, length: int = _SHORT) -> str:
    """A long id without its middle. Both ends stay: they are what people compare."""
    if len(text) <= length:
        return text
    kept = length - len(_MIDDLE)
    return text[: kept - kept // 2] + _MIDDLE + text[len(text) - kept // 2 :]


def pretty(value: object) -> str:
    """A JSON value, indented."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def lower_first(text: str) -> str:
    """A label within a sentence: its first letter in lower case, unless it begins with an abbreviation (API key)."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def query(**values: object) -> str:
    """A query string of what is given: what is None or empty is left out. `?` included, if there is any."""
    given = {name: value for name, value in values.items() if value is not None and value != ""}
    return f"?{urlencode(given, doseq=True)}" if given else ""


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("passerby.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "age": units.age,
        "clock": clock,
        "iso": iso_of,
        "duration": units.duration,
        "lower_first": lower_first,
        "number": number,
        "pretty": pretty,
        "short": short,
        "size": units.size,
        "utc": utc,
    }
    made.filters |= template_filters.FILTERS
    made.globals |= template_filters.GLOBALS
    made.globals |= {
        "guide": documentation.guide,
        "static": files().url,
        "query": query,
        "version": version("passerby"),
    }
    return made


_templates = _environment()


def render(template: str, **values: Any) -> str:
    """Render a template with these values; times are in the time zone of `page`, else in UTC. Raises Jinja's errors."""
    with in_zone(values["page"].zone if values.get("page") else UTC):
        return _templates.get_template(template).render(values)
