"""Converts ids between the state's 16 bytes and the canonical text of a UUID."""

from __future__ import annotations


def to_blob(text: str) -> bytes:
    """Convert the canonical text of a UUID to its 16 bytes. Raises ValueError for anything else."""
    blob = bytes.fromhex(text.replace("-", ""))
    if len(blob) != 16:  # noqa: PLR2004 - the size of a UUID
        raise ValueError(f"not a UUID: {text!r}")
    return blob


def to_text(blob: bytes) -> str:
    """Convert the 16 bytes of a UUID to its canonical text. Slicing is faster than `uuid.UUID`."""
    digits = blob.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
