"""Alert settings and states in the control file: thresholds, and the address that alerts are sent to."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Meta

from passerby import sqlite
from passerby.projects.errors import BadSetting
from passerby.projects.store import ProjectStore
from passerby.sql import load

ADDRESS_CHARACTERS: Final = 2_000
_SQL = load("passerby.projects", "alerting.sql")

Percent = Annotated[float, Meta(gt=0, le=100)]
Format = Literal["json", "slack"]


class AlertSettings(msgspec.Struct, frozen=True, kw_only=True):
    """When alerts fire, and where they are sent. A threshold of null switches its rule off.

    `address` is a secret: whoever has it can write to the channel. Empty: alerts are shown, not sent.
    """

    address: str = ""
    format: Format = "json"
    lag_seconds: Annotated[float, Meta(gt=0, le=31_536_000)] | None = 60.0
    errors_percent: Percent | None = 1.0
    rejected_percent: Percent | None = 20.0
    disk_free_percent: Percent | None = 10.0
    components: bool = True

    @property
    def host(self) -> str:
        """The host of the address, which is no secret; empty for none."""
        return urlsplit(self.address).hostname or ""


def checked_address(text: str) -> str:
    """The address without surrounding space. Raises BadSetting unless it is http(s)://host[:port][/path]."""
    text = text.strip()
    parts = _parts(text)
    if (
        len(text) > ADDRESS_CHARACTERS
        or parts is None
        or parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username is not None
        or not text.isascii()
        or any(character <= " " or character == "\x7f" for character in text)
    ):
        raise BadSetting("Invalid address: expected https:// or http:// with a host and without a user name")
    return text


def _parts(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


class Alerting:
    """Reads and writes alert settings and states; opens the file for each call, so any thread may use it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        ProjectStore(file).close()  # makes the table in a file of an older version

    def settings(self) -> AlertSettings:
        """The settings; the defaults before any were stored."""
        text = self._get("settings")
        return AlertSettings() if text is None else msgspec.json.decode(text, type=AlertSettings)

    def change_settings(self, settings: AlertSettings) -> None:
        """Replace the settings."""
        self._set("settings", msgspec.json.encode(settings).decode())

    def states(self) -> str | None:
        """The states of alerts as `keep_states` got them; None before."""
        return self._get("states")

    def keep_states(self, states: str) -> None:
        """Store the states of alerts, as JSON."""
        self._set("states", states)

    def _get(self, name: str) -> str | None:
        with closing(sqlite.connect(self._file)) as connection:
            found: Any = connection.execute(_SQL["get"], (name,)).get
        return None if found is None else str(found)

    def _set(self, name: str, value: str) -> None:
        with closing(sqlite.connect(self._file)) as connection:
            connection.execute(_SQL["set"], (name, value))
