"""CrossEngage: mobile tracking (`mobile`) and the REST API for users, leads and events (`routes`)."""

from __future__ import annotations

from typing import Final

from passerby.dialects.contract import Call
from passerby.dialects.crossengage import mobile, routes
from passerby.dialects.crossengage.commerce import VOCABULARY
from passerby.dialects.crossengage.mobile import KEY, KEY_KIND, name
from passerby.dialects.crossengage.openapi import OPENAPI
from passerby.dialects.crossengage.rest import TOKEN_HEADER, TOKEN_KIND
from passerby.dialects.dialect import Dialect

__all__ = ["DIALECT", "KEY", "KEY_KIND", "TOKEN_HEADER", "TOKEN_KIND", "name"]


def _match(path: str) -> Call | None:
    """Return the call with this path, or None where it belongs to neither API."""
    return mobile.match(path) or routes.match(path)


DIALECT: Final = Dialect(name=name, title="CrossEngage", match=_match, openapi=OPENAPI, vocabulary=VOCABULARY)
