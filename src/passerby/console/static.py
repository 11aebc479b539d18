"""The console's static files: read and compressed once, under a path that changes with their content.

What a path names never changes, so that browsers keep it for as long as they like.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from passerby.console.auth.permissions import PERMISSION, Permission
from passerby.web.errors import AnyRequest

TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
"""Media types by suffix. Other files in the folder, such as licences, are not served."""

HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
"""Of every file whose address changes with its content."""
_DIGITS = 12


class File(NamedTuple):
    """A file as it is sent, and compressed."""

    type: str
    plain: bytes
    packed: bytes


class Files(NamedTuple):
    """All files by their path, and the part of the address that stands for their content."""

    by_path: dict[str, File]
    version: str

    def url(self, path: str) -> str:
        """Where a file is served. Raises KeyError for one that is not there."""
        if path not in self.by_path:
            raise KeyError(path)
        return f"/static/{self.version}/{path}"


@cache
def files() -> Files:
    """The files that come with the package."""
    found = dict(_found(resources.files("passerby.console") / "static", ""))
    digest = hashlib.sha256()
    for path in sorted(found):
        digest.update(path.encode() + b"\0" + found[path].plain + b"\0")
    return Files(found, digest.hexdigest()[:_DIGITS])


def _found(folder: Traversable, above: str) -> list[tuple[str, File]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _found(entry, f"{above}{entry.name}/")
        elif kind := TYPES.get(f".{entry.name.rpartition('.')[2]}"):
            plain = entry.read_bytes()
            found.append((above + entry.name, File(kind, plain, gzip.compress(plain, 9, mtime=0))))
    return found


@get("/static/{version:str}/{path:path}", opt={PERMISSION: Permission.PUBLIC}, include_in_schema=False)
async def get_static(request: AnyRequest, version: FromPath[str], path: FromPath[str]) -> Response[bytes]:
    held = files()
    file = held.by_path.get(path.lstrip("/"))
    if file is None or version != held.version:
        raise NotFoundException
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(file.plain, media_type=file.type, headers=HEADERS)
    return Response(file.packed, media_type=file.type, headers={**HEADERS, "Content-Encoding": "gzip"})
