"""What a check comes to."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at: what was found there and, where it is not well, what to do about it."""

    check: str
    well: bool
    found: str
    advice: str = ""


def well(check: str, found: str) -> Finding:
    return Finding(check=check, well=True, found=found)


def unwell(check: str, found: str, advice: str) -> Finding:
    return Finding(check=check, well=False, found=found, advice=advice)
