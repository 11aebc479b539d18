"""Labels of identifier types (namespaces)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_NAMESPACES: Final[Mapping[str, str]] = MappingProxyType(
    {
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
)
_PROPER: Final = ("iOS", "Android", "Google")
"""Names that keep their spelling within a sentence."""

_PHRASES: Final[Mapping[str, str]] = MappingProxyType({"email": "email address", "phone": "phone number"})


def namespace_phrase(name: str) -> str:
    """Return the label of a namespace as part of a sentence, such as "user ID" and "email address"."""
    label = namespace_label(name)
    return _PHRASES.get(name) or (label if label.startswith(_PROPER) else label[:1].lower() + label[1:])


def namespace_label(name: str) -> str:
    """Return the label of a namespace; the name itself for one that a project added."""
    return _NAMESPACES.get(name) or name.replace("_", " ")
