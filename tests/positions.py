"""Positions of a log with one partition, as that of the embedded engine."""

from __future__ import annotations

from passerby.positions import Positions, pack


def at(offset: int) -> Positions:
    """How far a log goes, or is read, by the offset of its only partition."""
    return Positions.at(pack(0, offset))
