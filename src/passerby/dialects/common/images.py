"""Image that is the answer to a call made by an `<img>` element."""

from __future__ import annotations

from base64 import b64decode
from typing import Final

GIF: Final = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""One transparent pixel."""
GIF_TYPE: Final = "image/gif"

NO_STORE: Final = ("Cache-Control", "no-store")
"""A GET that a browser or proxy answers from its cache is a lost event."""
