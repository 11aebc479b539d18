"""The envelope: the JSON document of one item, which filters and templates read and a webhook sends."""

from __future__ import annotations

from typing import Any, TypedDict

from passerby.destinations.records import ItemType


class Envelope(TypedDict):
    """One item. Times are ISO 8601 text in UTC.

    `id` is the same at each attempt. `data` has `profile` as it is at `profile_at`, the time of the attempt (null for
    an erased profile), and by type: `event` (as stored, with `semantic`), `segment` and `cause`, `changes`, `merge`.
    """

    v: int
    type: ItemType
    id: str
    timestamp: str
    project: str
    historical: bool
    """Whether the item is delivered by a backfill or a replay."""
    data: dict[str, Any]
