"""What a project may choose: the checks behind its settings."""

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
    """The names of all time zones: `UTC`, then those of regions (Area/City), by name."""
    return ["UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith(_NO_REGION))]


def timezone(zone: str) -> str:
    """The name of a timezone. Raises BadSetting."""
    if zone not in available_timezones():
        raise BadSetting(f"there is no timezone {zone!r}: take a name like Europe/Lisbon, or UTC")
    return zone


def country(code: str) -> str:
    """The code of a country in upper case, or nothing. Raises BadSetting."""
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415 - slow to load, and needed only here

    if code and code.upper() not in SUPPORTED_REGIONS:
        raise BadSetting(f"there is no country {code!r}: take two letters, such as PT")
    return code.upper()


def hosts(names: Iterable[str]) -> tuple[str, ...]:
    """Names of hosts in lower case. Raises BadSetting."""
    given = tuple(names)
    for host in given:
        if not _HOST.fullmatch(host):
            raise BadSetting(f"{host!r} is no host: take a name alone, such as www.example.com")
    return tuple(host.lower() for host in given)
