"""Configurations of destinations: checks them against their kind, and separates secrets from what can be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from passerby.destinations.kind import InvalidConfig, Kind
from passerby.destinations.records import Batch

SHOWN_DIGITS: Final = 4
"""Characters at the end of a secret that are shown, if it is at least four times as long."""

_PATH: Final = re.compile(r"(.*) - at `(?:key in )?\$([^`]*)`", re.DOTALL)
"""A message of msgspec and its path."""
_SET_FROM_DESTINATION: Final = "batch"


class Members(NamedTuple):
    """The members of a kind's configuration, by the properties that the engine needs."""

    required: frozenset[str]
    known: frozenset[str]
    secret: frozenset[str]
    urls: frozenset[str]
    takes_batch: bool


@lru_cache(maxsize=256)
def members(config: type[msgspec.Struct]) -> Members:
    """Return the members of a configuration's struct."""
    described = msgspec.inspect.type_info(config)
    assert isinstance(described, msgspec.inspect.StructType)  # noqa: S101 - for the type checker: `config` is a struct
    fields = {field.encode_name: field for field in described.fields}
    takes_batch = fields.pop(_SET_FROM_DESTINATION, None) is not None
    marks = {
        name: (field.type.extra or {}) if isinstance(field.type, msgspec.inspect.Metadata) else {}
        for name, field in fields.items()
    }
    return Members(
        required=frozenset(name for name, field in fields.items() if field.required),
        known=frozenset(fields),
        secret=frozenset(name for name, extra in marks.items() if extra.get("secret")),
        urls=frozenset(name for name, extra in marks.items() if extra.get("url")),
        takes_batch=takes_batch,
    )


def configure(kind: Kind, config: Mapping[str, Any], batch: Batch | None = None) -> Any:
    """Return the struct of a kind for a configuration with its secrets. Raises InvalidConfig with the path."""
    found = members(kind.config)
    for name in config:
        if name not in found.known:
            raise InvalidConfig(f"config.{name}", f"{kind.title} has no such member")
    for name in sorted(found.required - config.keys()):
        raise InvalidConfig(f"config.{name}", "is required")
    given = {**config, _SET_FROM_DESTINATION: batch} if found.takes_batch else dict(config)
    try:
        configured = msgspec.convert(given, kind.config)
    except msgspec.ValidationError as error:
        located = _PATH.fullmatch(str(error))
        path, reason = (located[2], located[1]) if located else ("", str(error))
        raise InvalidConfig(f"config{path}", reason) from None
    kind.check(configured)
    return configured


def urls(kind: Kind, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the addresses of targets in a configuration, each with its path."""
    for name in sorted(members(kind.config).urls & config.keys()):
        yield f"config.{name}", str(config[name])


def split(kind: Kind, config: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the members of a configuration that can be shown, and the secret ones."""
    secret = members(kind.config).secret
    return (
        {name: value for name, value in config.items() if name not in secret},
        {name: value for name, value in config.items() if name in secret},
    )


def masked(secrets: Mapping[str, Any]) -> dict[str, Any]:
    """Return secrets as the API shows them: `…` and the last characters of each text."""
    return {name: _masked(value) for name, value in secrets.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return masked(value)
    text = str(value)
    return f"…{text[-SHOWN_DIGITS:]}" if len(text) >= 4 * SHOWN_DIGITS else "…"


def secret_texts(secrets: Mapping[str, Any]) -> list[str]:
    """Return every secret text, the longest first, for masking in samples of requests and responses."""
    texts = [
        text
        for value in secrets.values()
        for text in (map(str, value.values()) if isinstance(value, dict) else (str(value),))
        if text
    ]
    return sorted(texts, key=len, reverse=True)
