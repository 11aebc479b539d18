"""Templates: every value is escaped, and a name that a template uses without being given it is an error."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from passerby.console import documentation
from passerby.console.presenters import template_filters, units
from passerby.console.static import files

_MIDDLE = "…"
_SHORT = 18


def clock(moment: str) -> str:
    """An ISO time as people read it, in UTC: `2026-03-01 09:05:07`."""
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


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
    """A template with these values. Raises what Jinja raises where it asks for others."""
    return _templates.get_template(template).render(values)
