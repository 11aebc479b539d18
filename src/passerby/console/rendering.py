"""Templates: every value is escaped, and a name that a template uses without being given it is an error."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from passerby.console import documentation, telling
from passerby.console.static import files

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_MIDDLE = "…"
_SHORT = 18


def age(moment: str, now: float | None = None) -> str:
    """How long ago an ISO time was, in the largest unit that fits; `now` in seconds since 1970."""
    seconds = (time.time() if now is None else now) - datetime.fromisoformat(moment).timestamp()
    if seconds < 0:
        return "in the future"
    if seconds < _MINUTE:
        return _ago(seconds, "second")
    if seconds < _HOUR:
        return _ago(seconds / _MINUTE, "minute")
    if seconds < 2 * _DAY:
        return _ago(seconds / _HOUR, "hour")
    return _ago(seconds / _DAY, "day")


def _ago(number: float, unit: str) -> str:
    return f"{int(number)} {unit}{'' if int(number) == 1 else 's'} ago"


def lasting(seconds: float) -> str:
    """A duration in the largest unit of which there are two or more."""
    for step, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= 2 * step:
            return f"{int(seconds / step)} {unit}"
    return f"{int(seconds)} s"


def clock(moment: str) -> str:
    """An ISO time as people read it, in UTC: `2026-03-01 09:05:07`."""
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def iso_of(milliseconds: int) -> str:
    """Milliseconds since 1970 as an ISO time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def number(value: float) -> str:
    """A number with its thousands apart, by a space that does not break."""
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def size(value: float) -> str:
    """So many bytes, in the unit that leaves one to three digits."""
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:  # noqa: PLR2004 - the step between units
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"  # noqa: PLR2004 - three digits are enough
        value /= 1000
    return f"{value:.1f} TB"


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
        "age": age,
        "clock": clock,
        "iso": iso_of,
        "lasting": lasting,
        "lower_first": lower_first,
        "number": number,
        "pretty": pretty,
        "short": short,
        "size": size,
    }
    made.filters |= telling.FILTERS
    made.globals |= telling.GLOBALS
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
