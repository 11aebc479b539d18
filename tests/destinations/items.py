"""Sample items of every type: the envelopes in the folder `samples`, by the names of their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

import msgspec

from passerby.destinations.envelope import Envelope

FOLDER: Final = Path(__file__).parent / "samples"
NAMES: Final = sorted(path.stem for path in FOLDER.glob("*.json"))


def item(name: str, patch: dict[str, Any] | None = None) -> Envelope:
    """A new copy of a sample, changed by a merge patch (RFC 7396): members are merged, null removes one."""
    sample = msgspec.json.decode((FOLDER / f"{name}.json").read_bytes())
    return cast("Envelope", patched(sample, patch or {}))


def patched(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = patched(merged.get(name), value)
    return merged
