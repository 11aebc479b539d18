"""Ids in SQLite: the 16 bytes of a UUID, where Python has its canonical text."""

from __future__ import annotations


def to_blob(text: str) -> bytes:
    """The 16 bytes of a UUID given in canonical text. Raises ValueError for anything else."""
    blob = bytes.fromhex(text.replace("-", ""))
    if len(blob) != 16:  # noqa: PLR2004 - the size of a UUID
        raise ValueError(f"no UUID: {text!r}")
    return blob


def to_text(blob: bytes) -> str:
    """The canonical text of a UUID given as its 16 bytes."""
    digits = blob.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
