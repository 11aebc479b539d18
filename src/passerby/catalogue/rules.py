"""The catalogue's rules for a single name or value, without knowledge of earlier ones.

There are two kinds. *Hard limits* (`Limits`) protect the server and apply to every dialect. The *vendor's rules* are
WebEngage's (Tracking Events, guidelines). Dialects with `enforces_catalogue_rules` (WebEngage's own) reject a value
that violates one. In every other dialect the value is kept and the violation is only counted.

Lengths are in characters (code points). A string within an array or object is not measured: its attribute is an array
or object, not a string.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from passerby.messages import NO_REJECTION_DETAIL, Rejected, RejectionDetail, Violation

NAME_LENGTH: Final = 50
"""Vendor's rule: names have fewer characters than this."""
STRING_LENGTH: Final = 1000
"""Vendor's rule: string values have fewer characters than this."""
ATTRIBUTES_PER_TYPE: Final = 25
"""Vendor's rule: attributes of each data type that an event name may have, counting those of enforcing dialects."""
RESERVED_PREFIX: Final = "we_"
"""Vendor's rule: names do not start with this."""

CATALOGUE_FULL: Final = "catalogue_full"
"""The kind of violation for a name beyond the catalogue's limit."""
TOO_MANY_TRAITS: Final = "too_many_traits"
"""The kind of violation for a trait beyond the limits of both the catalogue and the profile."""
SAMPLE_LENGTH: Final = 100
"""Characters of a value that are stored with a violation."""

TRAITS_OF_PROFILES: Final = ""
"""The event name under which the catalogue keeps the traits of profiles."""

_BYTES_PER_CHARACTER: Final = 6
"""The longest JSON escape of a character (`\\u0000`), to skip encoding values that are certainly short enough."""

_encode: Final = msgspec.json.Encoder().encode


class Limits(NamedTuple):
    """The hard limits of every project, as in the section `catalogue` of the settings.

    `uncatalogued_traits`: traits beyond the catalogue's limit that each member of a profile keeps.
    """

    event_names: int = 5_000
    attributes_per_event: int = 1_000
    traits: int = 1_000
    uncatalogued_traits: int = 100
    name_characters: int = 200
    value_bytes: int = 256 * 1024


DEFAULT_LIMITS: Final = Limits()


class Finding(NamedTuple):
    """A violation by one attribute: its kind, what was expected, and whether the value is rejected."""

    kind: str
    detail: RejectionDetail
    refused: bool = True


class Verdict(NamedTuple):
    """The result of validating an event's properties or a profile's traits.

    `ignored`: the whole event is dropped and counted. Otherwise `accepted` has the values to store (the same mapping
    that was checked if nothing was rejected), and `rejected` those to store as rejected. `violations` are to be
    counted.
    """

    ignored: bool
    accepted: dict[str, Any]
    rejected: Sequence[Rejected]
    violations: Sequence[Violation]


def name_finding(name: str) -> Finding | None:
    """Return how a name violates the vendor's rules, if it does."""
    if name.startswith(RESERVED_PREFIX):
        return Finding("reserved_name", NO_REJECTION_DETAIL)
    if len(name) >= NAME_LENGTH:
        return Finding("name_too_long", RejectionDetail(size=len(name), limit=NAME_LENGTH - 1))
    return None


def value_finding(value: Any) -> Finding | None:
    """Return how a value alone violates the vendor's rules, if it does."""
    if type(value) is str and len(value) >= STRING_LENGTH:
        return Finding("string_too_long", RejectionDetail(size=len(value), limit=STRING_LENGTH - 1))
    return None


def attribute_finding(name: str, value: Any) -> Finding | None:
    """Return how an attribute violates the vendor's rules, regardless of earlier values, if it does."""
    return name_finding(name) or value_finding(value)


def limit_finding(name: str, value: Any, limits: Limits) -> Finding | None:
    """Return which hard limit an attribute exceeds, if any."""
    if len(name) > limits.name_characters:
        return Finding("name_too_long", RejectionDetail(size=len(name), limit=limits.name_characters))
    kind = type(value)
    # Strings are measured as JSON, in which they are stored; nearly all are short enough in any encoding.
    if kind is str and len(value) * _BYTES_PER_CHARACTER <= limits.value_bytes:
        return None
    size = len(_encode(value)) if kind is str or kind is list or kind is dict else 0
    if size > limits.value_bytes:
        return Finding("value_too_large", RejectionDetail(size=size, limit=limits.value_bytes))
    return None


def verdict(subject: str, values: dict[str, Any], findings: Sequence[tuple[str, Finding]]) -> Verdict:
    """Split `values` into accepted and rejected by their findings, at most one per attribute."""
    refused = {name for name, finding in findings if finding.refused}
    return Verdict(
        ignored=False,
        accepted={name: value for name, value in values.items() if name not in refused} if refused else values,
        rejected=[
            Rejected(name, values[name], finding.kind, finding.detail) for name, finding in findings if finding.refused
        ],
        violations=[Violation(finding.kind, subject, name, sample(values[name])) for name, finding in findings],
    )


def sample(value: Any) -> str:
    """Return a value as short text for display: a string unchanged, anything else as JSON."""
    text = value if type(value) is str else msgspec.json.encode(value).decode()
    return text[:SAMPLE_LENGTH]
