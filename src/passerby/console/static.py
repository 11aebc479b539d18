"""Static files: read and compressed once, at paths that contain a hash of the content, so browsers cache them forever.

`files` are those of the console's pages. `viewer_file` are those of the API viewer: Swagger UI as published, and the
script that starts it. Only the page of the API reference loads them; they have a folder of their own, as a test limits
the size of the files of all other pages.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from passerby.console.auth.permissions import PERMISSION, Permission
from passerby.web.errors import AnyRequest

TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
"""Media types by suffix. Other files in the folder, such as licences, are not served."""
VIEWER_PREFIX: Final = "/docs/viewer"
VIEWER_TYPES: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "start.js": "text/javascript",
}
HEADERS: Final = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
"""Of every file whose path changes with its content."""
_DIGITS: Final = 12
"""Digits of the hash in a path."""


class File(NamedTuple):
    """A file: its media type, its content, and its content compressed with gzip."""

    type: str
    plain: bytes
    packed: bytes


class Files(NamedTuple):
    """All files by path, and the hash of their content, which is a part of every URL."""

    by_path: dict[str, File]
    version: str

    def url(self, path: str) -> str:
        """Return the path at which a file is served. Raises KeyError for an unknown file."""
        if path not in self.by_path:
            raise KeyError(path)
        return f"/static/{self.version}/{path}"


@cache
def files() -> Files:
    """Return the files of the console's pages."""
    found = dict(_found(resources.files("passerby.console") / "static", ""))
    # One hash for all files: scripts import each other by relative paths, so they have to change together.
    digest = hashlib.sha256()
    for path in sorted(found):
        digest.update(path.encode() + b"\0" + found[path].plain + b"\0")
    return Files(found, digest.hexdigest()[:_DIGITS])


def _found(folder: Traversable, above: str) -> list[tuple[str, File]]:
    """Return the served files of a folder and its subfolders; `above` is the folder's own path."""
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _found(entry, f"{above}{entry.name}/")
        elif kind := TYPES.get(f".{entry.name.rpartition('.')[2]}"):
            plain = entry.read_bytes()
            found.append((above + entry.name, File(kind, plain, gzip.compress(plain, 9, mtime=0))))
    return found


class ViewerFile(NamedTuple):
    """A file of the API viewer: its media type, its content compressed with gzip, and the hash in its URL."""

    type: str
    packed: bytes
    version: str


@cache
def viewer_file(name: str) -> ViewerFile:
    """Return a file of the API viewer. Raises KeyError for an unknown name."""
    kind = VIEWER_TYPES[name]
    folder = resources.files("passerby.console") / "viewer"
    vendored = folder / f"{name}.gz"
    # No time in the compressed file: its hash, and so its path, is the same after every start.
    packed = vendored.read_bytes() if vendored.is_file() else gzip.compress((folder / name).read_bytes(), 9, mtime=0)
    return ViewerFile(kind, packed, hashlib.sha256(packed).hexdigest()[:_DIGITS])


def viewer_url(name: str) -> str:
    """Return the path at which a file of the API viewer is served. Raises KeyError for an unknown name."""
    return f"{VIEWER_PREFIX}/{viewer_file(name).version}/{name}"


@get("/static/{version:str}/{path:path}", opt={PERMISSION: Permission.PUBLIC}, include_in_schema=False)
async def get_static(request: AnyRequest, version: FromPath[str], path: FromPath[str]) -> Response[bytes]:
    held = files()
    file = held.by_path.get(path.lstrip("/"))
    # Not the new content at an old path: browsers and proxies would cache it there.
    if file is None or version != held.version:
        raise NotFoundException
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(file.plain, media_type=file.type, headers=HEADERS)
    return Response(file.packed, media_type=file.type, headers={**HEADERS, "Content-Encoding": "gzip"})
