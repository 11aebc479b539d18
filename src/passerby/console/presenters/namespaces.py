"""What things are called on the screens, where the API's own word is one for programs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_NAMESPACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "user_id": "customer id",
        "former_user_id": "former customer id",
        "email": "e-mail address",
        "phone": "phone number",
        "mobile_id": "app installation",
        "anonymous_id": "web visitor",
        "idfa": "iOS advertising id",
        "aaid": "Android advertising id",
        "ga_app_instance_id": "Google Analytics app instance",
        "device_id": "device",
        "previous_id": "previous id",
    }
)

MOVES: Final = frozenset({"mobile_id", "anonymous_id", "idfa", "aaid", "ga_app_instance_id"})
"""Built-in namespaces whose identifiers may change hands, as a phone does that is handed down."""


def namespace_label(name: str) -> str:
    """What identifiers of this namespace are; one that a project added is called by its own name."""
    return _NAMESPACES.get(name) or name.replace("_", " ")
