"""Labels of identifier types (namespaces), and identifiers in order of significance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from passerby.profiles.view import Profile, ProfileIdentifier
from passerby.state.views import HistoryEntry

_LABELS: Final[Mapping[str, str]] = {
    "user_id": "User ID",
    "former_user_id": "Former user ID",
    "email": "Email",
    "phone": "Phone",
    "mobile_id": "Mobile ID",
    "anonymous_id": "Anonymous ID",
    "idfa": "iOS advertising ID",
    "aaid": "Android advertising ID",
    "ga_app_instance_id": "Google Analytics app instance ID",
    "device_id": "Device ID",
    "previous_id": "Previous ID",
}
_PROPER: Final = ("iOS", "Android", "Google")
"""Names that keep their spelling within a sentence."""
_PHRASES: Final[Mapping[str, str]] = {"email": "email address", "phone": "phone number"}
_PREFERRED: Final = ("user_id", "email", "phone")
GIVING: Final = frozenset({"attached", "reassigned"})
"""Kinds of decisions that give a profile an identifier."""


def namespace_label(name: str) -> str:
    """Return the label of a namespace; the name itself for one that a project added."""
    return _LABELS.get(name) or name.replace("_", " ")


def namespace_phrase(name: str) -> str:
    """Return the label of a namespace as part of a sentence, such as "user ID" and "email address"."""
    label = namespace_label(name)
    return _PHRASES.get(name) or (label if label.startswith(_PROPER) else label[:1].lower() + label[1:])


def rank(namespace: str) -> int:
    """Return the significance of a namespace for people who read a name: 0 is the most significant."""
    return _PREFERRED.index(namespace) if namespace in _PREFERRED else len(_PREFERRED)


def strongest(profile: Profile) -> list[ProfileIdentifier]:
    """Return the identifiers of a profile, the most significant first."""
    return sorted(profile.identifiers, key=lambda each: rank(each.namespace))


def member_names(entries: Iterable[HistoryEntry]) -> dict[str, str]:
    """Return the most significant identifier of each profile to which these decisions gave one."""
    best: dict[str, tuple[int, str]] = {}
    for entry in entries:
        if entry.kind in GIVING and entry.to and entry.identifier:
            found = (rank(entry.identifier.namespace), entry.identifier.value)
            if entry.to not in best or found[0] < best[entry.to][0]:
                best[entry.to] = found
    return {profile: value for profile, (_, value) in best.items()}
