"""Rejected traits: the newest value of each trait that a rule of the catalogue refused, with its reason.

They are folded like traits: each member keeps its own, and the newest value of a name wins. A trait that was accepted
at a later event time (ties: later log position) is no longer listed as rejected, and neither is one that was set to
null since: the newest statement about a trait is what the profile shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from passerby.messages import RejectionDetail
from passerby.profiles import traits
from passerby.profiles.traits import Versioned

KEPT: Final = 100
"""Rejected traits of one member that are stored, and of one profile that are shown: the newest."""


class RejectedTrait(NamedTuple):
    """A rejected value, and the rule that rejected it: the kind of the violation, and what was expected."""

    value: Any
    kind: str
    detail: RejectionDetail


def fold(
    rejected: Iterable[Mapping[str, Versioned]], accepted: Iterable[Mapping[str, Versioned]]
) -> dict[str, RejectedTrait]:
    """Return the rejected traits to show for a profile, by name, in the order of the names.

    The values of `rejected` are `RejectedTrait`; `accepted` holds the members' traits.
    """
    held = traits.newest_of(accepted)
    newest = {
        name: version
        for name, version in traits.newest_of(rejected).items()
        if name not in held or traits.newer(version, held[name])
    }
    # Bounded again for the profile: each of its members keeps up to KEPT.
    kept = sorted(newest, key=lambda name: (-newest[name].time, -newest[name].position, name))[:KEPT]
    return {name: newest[name].value for name in sorted(kept)}
