"""What a device says of itself: kept for the device, whoever it belongs to at the time.

A message that describes its device does so in its context; the description is that of the device identifier which the
message names first. Each key is folded as a profile's context is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from passerby.identity.cleaning import Evidence
from passerby.identity.namespaces import IdentifierClass, Policy
from passerby.messages import Identifier

DESCRIPTION: Final = "additional_info"
"""The member of a message's context in which a device describes itself (CustomerLabs, externalIds)."""


def described(context: Mapping[str, Any], evidence: Evidence, policy: Policy) -> Identifier | None:
    """The device that a message with this context describes, if any."""
    if not isinstance(context.get(DESCRIPTION), dict):
        return None
    first = next(iter(evidence.weak), None)
    return first if first and policy.classes[first.namespace] is IdentifierClass.DEVICE else None
