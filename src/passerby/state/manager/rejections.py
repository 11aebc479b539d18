"""Rejected traits as columns of `rejected_traits`: the kind of the violation, and its detail as JSON.

Rows of an earlier version have a sentence as `kind` until the backfill has converted them. A reader converts such a row
by itself.
"""

from __future__ import annotations

from typing import Any

import msgspec

from passerby.catalogue.earlier_rejections import upgraded
from passerby.messages import RejectionDetail
from passerby.profiles.rejected import RejectedTrait
from passerby.state.manager.connector import Connector

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(RejectionDetail).decode


def detail_column(detail: RejectionDetail) -> str:
    """Encode a detail for the database."""
    return _encode(detail).decode()


def rejected_trait(value: str, kind: str, detail: str) -> RejectedTrait:
    """Decode a rejected trait from its columns."""
    return RejectedTrait(msgspec.json.decode(value), *upgraded(kind, _decode(detail)))


def fill_rejected_traits(db: Connector, place: str, limit: int) -> tuple[str | None, int]:
    """Convert the next rows of `rejected_traits`, as a slice of a backfill.

    `place` is the last row of the slice before: a profile's hexadecimal digits and a name, separated by a space.
    Returns the place to continue from, None at the end, and how many rows were read.
    """
    profile, _, name = place.partition(" ")
    rows: list[Any] = db.rows("rejections.next_rejected", (bytes.fromhex(profile), name, limit))
    converted = [(*key, kind, *upgraded(kind)) for *key, kind in rows]
    changed = [(*key, now, detail_column(detail)) for *key, kind, now, detail in converted if now != kind]
    db.run_many("rejections.convert_rejected", changed)
    return (f"{rows[-1][0].hex()} {rows[-1][1]}" if len(rows) == limit else None), len(rows)
