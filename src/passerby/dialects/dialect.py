"""The record by which a dialect's folder tells the rest of Passerby everything about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from passerby.commerce.vocabulary import Vocabulary
from passerby.dialects.contract import Call


class OpenApi(NamedTuple):
    """A dialect's part of the OpenAPI description: path items by path, and the security schemes they refer to.

    Paths and the ids of operations are unique among all dialects.
    """

    paths: Mapping[str, Any]
    security_schemes: Mapping[str, Any] = {}


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor's API. Each folder of `passerby.dialects` exports one of these as `DIALECT`."""

    name: str
    """Name in messages, in paths of the console and in the API. It is stored, so it never changes."""
    title: str
    """The vendor's name as the vendor writes it."""
    match: Callable[[str], Call | None]
    """Returns the call with this (decoded) path, for any method; None for a path of another dialect. Called for each
    new path that any client sends: it must not fail, whatever the path."""
    openapi: OpenApi
    vocabulary: Vocabulary | None = None
    """Names that the vendor documents for standard events of a shop; None where it documents none."""
