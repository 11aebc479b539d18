"""The texts of rejected values and validation errors: what was expected, and what was received.

This is the only place that makes sentences of `passerby.messages.Rejection` and of the catalogue's findings. Every
function accepts every kind with every detail; a kind without a text of its own is shown by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from passerby.catalogue.rules import CATALOGUE_FULL, RESERVED_PREFIX, TOO_MANY_TRAITS
from passerby.messages import NO_REJECTION_DETAIL, RejectionDetail


def expectation(kind: str, detail: RejectionDetail = NO_REJECTION_DETAIL) -> str:
    """Return what was expected, for example "Expected number, got string"; the name of a kind that has no text."""
    text = _TEXTS.get(kind)
    return f"{kind[:1].upper()}{kind[1:]}".replace("_", " ") if text is None else text(detail)


def rejection_reason(kind: str, detail: RejectionDetail = NO_REJECTION_DETAIL) -> str:
    """Return kind and text in one line, for example "type_mismatch: expected number, got string"."""
    text = expectation(kind, detail)
    return f"{kind}: {text[0].lower()}{text[1:]}"


def _type_mismatch(detail: RejectionDetail) -> str:
    return f"Expected {detail.expected or 'another type'}{f', got {detail.got}' if detail.got else ''}"


def _at_most(unit: str) -> Callable[[RejectionDetail], str]:
    """The text of a limit on the size of a name or a value."""

    def text(detail: RejectionDetail) -> str:
        if detail.limit is None:  # as in rejections that earlier versions stored
            return f"Expected fewer {unit}"
        got = "" if detail.size is None else f", got {detail.size:,}"
        return f"Expected at most {detail.limit:,} {unit}{got}"

    return text


def _too_many_attributes(detail: RejectionDetail) -> str:
    # WebEngage limits the attributes of each data type.
    return _at_most(f"attributes of type {detail.got}" if detail.got else "attributes of this type")(detail)


_TEXTS: Final[Mapping[str, Callable[[RejectionDetail], str]]] = {
    "type_mismatch": _type_mismatch,
    "wrong_type": _type_mismatch,
    "unreadable_number": lambda _: "Expected a finite number",
    "reserved_name": lambda _: f"Names starting with {RESERVED_PREFIX} are reserved",
    "name_too_long": _at_most("characters in the name"),
    "string_too_long": _at_most("characters"),
    "value_too_large": _at_most("bytes"),
    "too_many_attributes": _too_many_attributes,
    TOO_MANY_TRAITS: _at_most("traits that are not in the catalog"),
    CATALOGUE_FULL: _at_most("names in the catalog"),
}
