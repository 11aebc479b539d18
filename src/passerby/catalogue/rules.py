"""What may be in the catalogue: the rules that need to know nothing but the name or value before them.

Source: WebEngage, Tracking Events, guidelines; applied to every dialect. Lengths are in characters (code points). A
string within an array or object is not measured: its attribute is an array or object, not a string.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from passerby.messages import Rejected, Violation

NAME_LENGTH: Final = 50
"""Names of this many characters or more are refused."""
STRING_LENGTH: Final = 1000
"""String values of this many characters or more are refused."""
ATTRIBUTES_PER_TYPE: Final = 25
"""How many attributes of each data type an event name may have."""
TRAITS: Final = 1000
"""How many traits of a project are catalogued."""
TRAITS_BEYOND: Final = 100
"""How many traits that are not catalogued one profile keeps (each member of a profile its own): so a profile's traits
are bounded, whatever is sent."""
CATALOGUE_FULL: Final = "catalogue_full"
"""The kind of violation that a name is which the catalogue has no more room for."""
EVENT_NAMES: Final = 5000
"""How many event names of a project are catalogued."""
RESERVED_PREFIX: Final = "we_"
SAMPLE_LENGTH: Final = 100
"""How many characters of a value are shown with a violation."""

TRAITS_OF_PROFILES: Final = ""
"""The event name under which the catalogue keeps the traits of profiles."""


class Finding(NamedTuple):
    """What is to be said about one attribute: the kind of violation, words for humans, and whether it is refused."""

    kind: str
    detail: str
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
    """What an event's or attribute's name alone gives away."""
    if name.startswith(RESERVED_PREFIX):
        return Finding("reserved_name", f"names starting with {RESERVED_PREFIX} are reserved")
    if len(name) >= NAME_LENGTH:
        return Finding("name_too_long", f"{len(name)} characters, must be fewer than {NAME_LENGTH}")
    return None


def value_finding(value: Any) -> Finding | None:
    """What a value alone gives away."""
    if type(value) is str and len(value) >= STRING_LENGTH:
        return Finding("string_too_long", f"{len(value)} characters, must be fewer than {STRING_LENGTH}")
    return None


def attribute_finding(name: str, value: Any) -> Finding | None:
    """What an attribute gives away without any knowledge of earlier ones."""
    return name_finding(name) or value_finding(value)


def verdict(subject: str, values: dict[str, Any], findings: Sequence[tuple[str, Finding]]) -> Verdict:
    """Part `values` into accepted and rejected by what was found about them, at most one finding an attribute."""
    refused = {name for name, finding in findings if finding.refused}
    return Verdict(
        ignored=False,
        accepted={name: value for name, value in values.items() if name not in refused} if refused else values,
        rejected=[
            Rejected(name, values[name], f"{finding.kind}: {finding.detail}")
            for name, finding in findings
            if finding.refused
        ],
        violations=[Violation(finding.kind, subject, name, sample(values[name])) for name, finding in findings],
    )


def sample(value: Any) -> str:
    """A value as short text to look at: a string as it is, anything else as JSON."""
    text = value if type(value) is str else msgspec.json.encode(value).decode()
    return text[:SAMPLE_LENGTH]
