"""Documentation and API reference. Public: they contain nothing of this installation."""

from __future__ import annotations

import gzip
from http import HTTPStatus
from typing import Any

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from passerby.console import documentation
from passerby.console.auth.permissions import PERMISSION, Permission
from passerby.console.rendering import render
from passerby.console.static import HEADERS, viewer_file, viewer_url
from passerby.web.errors import AnyRequest

_PUBLIC: dict[str, Any] = {"opt": {PERMISSION: Permission.PUBLIC}, "include_in_schema": False}


@get("/docs", **_PUBLIC)
async def show_index() -> Response[str]:
    return _shown("docs-index.html", "")


@get("/docs/api", **_PUBLIC)
async def show_api() -> Response[str]:
    return _shown("docs-api.html", "api", viewer=viewer_url)


@get("/docs/{path:path}", **_PUBLIC)
async def show_page(path: FromPath[str]) -> Response[str]:
    found = documentation.pages().get(path.strip("/"))
    if found is None:
        raise NotFoundException
    return _shown("docs-page.html", found.path, document=found)


@get("/docs/viewer/{version:str}/{name:str}", **_PUBLIC)
async def get_viewer_file(request: AnyRequest, version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    try:
        file = viewer_file(name)
    except KeyError:
        raise NotFoundException from None
    if version != file.version:
        raise NotFoundException
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers = {**HEADERS, "Content-Encoding": "gzip"}
        return Response(file.packed, media_type=file.type, headers=headers)
    # Not kept in memory: every browser accepts gzip.
    return Response(gzip.decompress(file.packed), media_type=file.type, headers=HEADERS)


def _shown(template: str, path: str, **values: Any) -> Response[str]:
    text = render(template, path=path, sections=documentation.sections(), **values)
    return Response(text, media_type="text/html", status_code=HTTPStatus.OK)


routes = [show_index, show_api, show_page, get_viewer_file]
