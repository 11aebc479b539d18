"""Files of the API viewer: Swagger UI as published, packed, and the script that starts it.

Only the page of the API reference loads them. They lie in a folder of their own, as the files of all other pages have a
limit of size together.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

PREFIX: Final = "/docs/viewer"

_TYPES: Final = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "start.js": "text/javascript"}
_DIGITS: Final = 12


class ViewerFile(NamedTuple):
    """A file as it is sent, packed with gzip, and the part of its address that changes with its content."""

    type: str
    packed: bytes
    version: str


@cache
def viewer_file(name: str) -> ViewerFile:
    """A file of the viewer. Raises KeyError for a name that is none."""
    kind = _TYPES[name]
    folder = resources.files("passerby.console") / "viewer"
    vendored = folder / f"{name}.gz"
    packed = vendored.read_bytes() if vendored.is_file() else gzip.compress((folder / name).read_bytes(), 9, mtime=0)
    return ViewerFile(kind, packed, hashlib.sha256(packed).hexdigest()[:_DIGITS])


def viewer_url(name: str) -> str:
    """Where a file of the viewer is served. Raises KeyError."""
    return f"{PREFIX}/{viewer_file(name).version}/{name}"
