"""Alert settings: thresholds, and the address that alerts are sent to."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from passerby.accounts.errors import BadSetting

ADDRESS_CHARACTERS: Final = 2_000

Percent = Annotated[float, Meta(gt=0, le=100)]
Format = Literal["json", "slack"]


class AlertSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds and receiver of alerts. A threshold of null disables its rule.

    `address` is a secret, because it is enough to post to the channel. If it is empty, alerts are shown but not sent.
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
        """The host of the address, which is not secret; empty if there is no address."""
        return urlsplit(self.address).hostname or ""


def checked_address(text: str) -> str:
    """Return the address without surrounding space. Raises BadSetting unless it is http(s)://host[:port][/path]."""
    text = text.strip()
    parts = None
    with suppress(ValueError):
        found = urlsplit(text)
        _ = found.port  # raises for a port that is not a number below 65,536; urlsplit does not check it
        parts = found
    if (
        len(text) > ADDRESS_CHARACTERS
        or parts is None
        or parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username is not None  # it would be shown with the address in error messages of the HTTP client
        or not text.isascii()
        # Else a line break would end a header of the request.
        or any(character <= " " or character == "\x7f" for character in text)
    ):
        raise BadSetting("Invalid address: expected https:// or http:// with a host and without a user name")
    return text
