"""The catalogue's rules, as far as they need no more than the name or value at hand.

There are two kinds. *Hard limits* (`Limits`) protect the product and hold for every dialect. The *vendor's rules* are
WebEngage's (Tracking Events, guidelines): they are enforced in the dialects that say so (`enforces_catalogue_rules`,
which is its own), where a value that breaks one is rejected. In every other dialect they are flagged: the value is kept
where it was sent, and the violation is counted.

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
"""Vendor's rule: how many attributes of each data type an event name may have, of those an enforcing dialect sent."""
RESERVED_PREFIX: Final = "we_"
"""Vendor's rule: names do not start with this."""

CATALOGUE_FULL: Final = "catalogue_full"
"""The kind of violation for a name for which the catalogue has no room."""
TOO_MANY_TRAITS: Final = "too_many_traits"
"""The kind of violation for a trait for which neither the catalogue nor its profile has room."""
SAMPLE_LENGTH: Final = 100
"""How many characters of a value are shown with a violation."""

TRAITS_OF_PROFILES: Final = ""
"""The event name under which the catalogue keeps the traits of profiles."""

_BYTES_PER_CHARACTER: Final = 6
"""The most that a character takes in JSON, escaped."""

_encode: Final = msgspec.json.Encoder().encode


class Limits(NamedTuple):
    """The hard limits of every project. The settings of the section `catalogue` are these.

    `uncatalogued_traits`: traits without room in the catalogue that one profile keeps, each member its own.
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
    """What becomes of an event's properties or a profile's traits.

    `ignored`: the whole event is to be dropped (and counted). Otherwise `accepted` is what to keep — the very mapping
    that was checked where nothing was refused — and `rejected` what to keep apart. `violations` are to be counted.
    """

    ignored: bool
    accepted: dict[str, Any]
    rejected: Sequence[Rejected]
    violations: Sequence[Violation]


def name_finding(name: str) -> Finding | None:
    """Return how a name breaks the vendor's rules, if it does."""
    if name.startswith(RESERVED_PREFIX):
        return Finding("reserved_name", NO_REJECTION_DETAIL)
    if len(name) >= NAME_LENGTH:
        return Finding("name_too_long", RejectionDetail(size=len(name), limit=NAME_LENGTH - 1))
    return None


def value_finding(value: Any) -> Finding | None:
    """Return how a value alone breaks the vendor's rules, if it does."""
    if type(value) is str and len(value) >= STRING_LENGTH:
        return Finding("string_too_long", RejectionDetail(size=len(value), limit=STRING_LENGTH - 1))
    return None


def attribute_finding(name: str, value: Any) -> Finding | None:
    """Return how an attribute breaks the vendor's rules without any knowledge of earlier ones, if it does."""
    return name_finding(name) or value_finding(value)


def limit_finding(name: str, value: Any, limits: Limits) -> Finding | None:
    """Return which hard limit an attribute exceeds, if any."""
    if len(name) > limits.name_characters:
        return Finding("name_too_long", RejectionDetail(size=len(name), limit=limits.name_characters))
    kind = type(value)
    if kind is str and len(value) * _BYTES_PER_CHARACTER <= limits.value_bytes:
        return None
    size = len(_encode(value)) if kind is str or kind is list or kind is dict else 0
    if size > limits.value_bytes:
        return Finding("value_too_large", RejectionDetail(size=size, limit=limits.value_bytes))
    return None


def verdict(subject: str, values: dict[str, Any], findings: Sequence[tuple[str, Finding]]) -> Verdict:
    """Part `values` into accepted and rejected by what was found about them, at most one finding an attribute."""
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
    """A value as short text to look at: a string as it is, anything else as JSON."""
    text = value if type(value) is str else msgspec.json.encode(value).decode()
    return text[:SAMPLE_LENGTH]
