"""Results of checks."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one check: what was found and, if it is a problem, what to do about it."""

    check: str
    well: bool
    found: str
    advice: str = ""


def well(check: str, found: str) -> Finding:
    return Finding(check=check, well=True, found=found)


def unwell(check: str, found: str, advice: str) -> Finding:
    return Finding(check=check, well=False, found=found, advice=advice)
