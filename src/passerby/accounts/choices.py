"""Validates project settings: time zone, country, redirect hosts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from passerby.accounts.errors import BadSetting

_NO_REGION: Final = ("Etc/", "SystemV/", "US/", "posix/", "right/")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")


@cache
def timezones() -> list[str]:
    """Return the names of all time zones: `UTC`, then those of regions (Area/City), sorted."""
    return ["UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith(_NO_REGION))]


def timezone(zone: str) -> str:
    """Return the name of a time zone. Raises BadSetting for an unknown one."""
    if zone not in available_timezones():
        raise BadSetting(f"unknown time zone {zone!r}: use a name like Europe/Lisbon, or UTC")
    return zone


def country(code: str) -> str:
    """Return a country code in upper case, "" for "". Raises BadSetting for an unknown one."""
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415 - slow to load, and needed only here

    if code and code.upper() not in SUPPORTED_REGIONS:
        raise BadSetting(f"unknown country {code!r}: use a two-letter code such as PT")
    return code.upper()


def hosts(names: Iterable[str]) -> tuple[str, ...]:
    """Return host names in lower case. Raises BadSetting for an invalid one."""
    given = tuple(names)  # read twice below
    for host in given:
        if not _HOST.fullmatch(host):
            raise BadSetting(f"invalid host {host!r}: use a name alone, such as www.example.com")
    return tuple(host.lower() for host in given)
