"""The functions that templates have in addition to those of JMESPath.

A function returns None, which leaves the member out, for a value that it cannot use: envelopes come from many senders,
and one odd value must not stop an item.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256 as sha256_hash
from typing import Any, Final, NamedTuple

from passerby.clock import iso as format_time
from passerby.dialects.common.times import read_iso_or_epoch
from passerby.identity.cleaning import e164 as parse_phone

TEXT_LENGTH: Final = 262_144
"""Characters of a text that a function makes, at most."""

_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


class TooLong(ValueError):
    """A text that a function would make is longer than TEXT_LENGTH."""


class Function(NamedTuple):
    """A function with the least and the most arguments that it takes; None: any number."""

    call: Callable[..., Any]
    least: int
    most: int | None


def text(value: Any) -> str | None:
    """Return a text, or a number as JSON writes it; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return None


def _of_text(change: Callable[[str], str | None]) -> Callable[[Any], str | None]:
    """Return a function that changes a text; an empty result is None."""

    def call(value: Any) -> str | None:
        read = text(value)
        return None if read is None else change(read) or None

    return call


def sha256(value: str) -> str:
    """Return the SHA-256 of a text in hexadecimal. A text that is one already is returned, in lower case."""
    if _SHA256.fullmatch(value):
        return value.lower()
    return sha256_hash(value.encode()).hexdigest() if value else ""


def e164(value: Any, country: Any = None) -> str | None:
    """Return a phone number in E.164, read in `country` (ISO 3166) if it has no country code; None for other texts."""
    read = text(value)
    if read is None:
        return None
    number = parse_phone(read.strip(), country.upper() if isinstance(country, str) else None).partition(";")[0]
    return number if _E164.fullmatch(number) else None


def iso(value: Any) -> str | None:
    """Return a time, ISO 8601 or since 1970 in any usual unit, as `2026-11-20T10:00:00.000Z`."""
    ms = read_iso_or_epoch(value)
    return None if ms is None else format_time(ms)


def unix(value: Any) -> int | None:
    """Return a time as whole seconds since 1970."""
    ms = read_iso_or_epoch(value)
    return None if ms is None else ms // 1000


def default(*values: Any) -> Any:
    """Return the first value that is not null."""
    return next((value for value in values if value is not None), None)


def first(value: Any) -> Any:
    """Return the first element of an array that is not null, or a value that is no array."""
    return default(*value) if isinstance(value, list) else value


def join(separator: Any, values: Any) -> str | None:
    """Return the texts and numbers of an array, joined. Raises TooLong."""
    if not isinstance(separator, str) or not isinstance(values, list):
        return None
    texts = [each for each in map(text, values) if each is not None]
    if sum(map(len, texts)) + len(separator) * len(texts) > TEXT_LENGTH:
        raise TooLong(f"join makes a text of more than {TEXT_LENGTH} characters")
    return separator.join(texts) if texts else None


def number(value: Any) -> int | float | None:
    """Return a number, or the number that a text is: an integer if it has no fraction. A comma is not read."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not _NUMBER.fullmatch(value.strip()):
        return None
    return float(value) if "." in value else int(value)


def currency(value: Any) -> str | None:
    """Return an ISO 4217 code in upper case."""
    code = value.strip().upper() if isinstance(value, str) else ""
    return code if _CURRENCY.fullmatch(code) else None


def slice_of(value: Any, start: Any, end: Any = None) -> Any:
    """Return the characters of a text, or the elements of an array, from `start` up to, not including, `end`."""
    bounds = [each for each in (start, end) if each is not None and type(each) is not int]
    if bounds or not isinstance(value, str | list | int | float) or isinstance(value, bool):
        return None
    return (value if isinstance(value, list) else text(value) or "")[start:end] or None


def choose(condition: Any, then: Any, otherwise: Any = None) -> Any:
    """Return `then` if the condition is true, else `otherwise`. Not true are false, null, and what is empty."""
    is_false = condition is None or condition is False or condition in ("", [], {})
    return otherwise if is_false else then


OWN: Final[Mapping[str, Function]] = {
    "lower": Function(_of_text(str.lower), 1, 1),
    "upper": Function(_of_text(str.upper), 1, 1),
    "trim": Function(_of_text(str.strip), 1, 1),
    "sha256": Function(_of_text(sha256), 1, 1),
    "digits": Function(_of_text(lambda value: re.sub(r"[^0-9]", "", value)), 1, 1),
    "e164": Function(e164, 1, 2),
    "iso": Function(iso, 1, 1),
    "unix": Function(unix, 1, 1),
    "unix_ms": Function(read_iso_or_epoch, 1, 1),
    "default": Function(default, 2, None),
    "first": Function(first, 1, 1),
    "join": Function(join, 2, 2),
    "number": Function(number, 1, 1),
    "currency": Function(currency, 1, 1),
    "slice": Function(slice_of, 2, 3),
    "if": Function(choose, 2, 3),
}
"""By their names in templates. `join` replaces JMESPath's, which fails for an array with a number in it."""
