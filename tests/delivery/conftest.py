"""Event stores to deliver to."""

from __future__ import annotations

from tests.event_store.chdb.conftest import folder, opened, store

__all__ = ["folder", "opened", "store"]
