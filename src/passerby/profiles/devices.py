"""Statements of a device about itself and its user, kept per device and independent of its current profile.

Calls with a public key are answered with this and nothing else: any client can send them, so an answer may hold only
what the asking installation has stated itself. It is kept under the device identifier that a message names first, in
three parts, each a last-writer-wins map of a bounded number of keys. The description has the identifier's own scope.
Device identifiers have no scope, so the scopes of the two other parts cannot collide with identifiers.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any, Final, NamedTuple

from passerby.identity.cleaning import Evidence
from passerby.identity.namespaces import IdentifierClass, Policy
from passerby.messages import Identifier, Message
from passerby.positions import Position
from passerby.profiles import context, traits
from passerby.profiles.traits import Versioned

DESCRIPTION: Final = "additional_info"
"""The member of a message's context in which a device describes itself (CustomerLabs, externalIds)."""
EXTERNAL_IDS: Final = "external_ids"
"""The member of a message's context with external ids that identify no profile here (CustomerLabs)."""

TRAITS_SCOPE: Final = "stated:traits"
IDS_SCOPE: Final = "stated:external_ids"
"""The advertising ids by their namespaces, and the external ids that identify no profile by their names."""


class Statement(NamedTuple):
    """A statement in one message, and the identifier of the row that stores it."""

    device: Identifier
    values: Mapping[str, Any]


def may_have_statements(message: Message, answering: Container[str]) -> bool:
    """Return whether a message can contain a statement. Cheap, because it is called for every message.

    `answering` are the names of the dialects whose calls are answered with what a device stated before.
    """
    return DESCRIPTION in message.context or (message.kind == "identify" and message.dialect in answering)


def statements(message: Message, evidence: Evidence, policy: Policy, answering: Container[str]) -> Iterator[Statement]:
    """Yield the statements of a message; none if its first weak identifier is not a device identifier."""
    # The one that the sender names first: an answer about every identifier would tell what other installations stated.
    device = next(iter(evidence.weak), None)
    if device is None or policy.classes[device.namespace] is not IdentifierClass.DEVICE:
        return
    description = message.context.get(DESCRIPTION)
    if isinstance(description, dict):
        yield Statement(device, description)
    if message.dialect not in answering or message.kind != "identify":
        return
    if message.traits:
        yield Statement(device._replace(scope=TRAITS_SCOPE), message.traits)
    others = message.context.get(EXTERNAL_IDS)
    ids = dict(others) if isinstance(others, dict) else {}
    ids |= {i.namespace: i.value for i in evidence.weak if policy.classes[i.namespace] is IdentifierClass.ADVERTISING}
    if ids:
        yield Statement(device._replace(scope=IDS_SCOPE), ids)


def merge_into(target: dict[str, Versioned], values: Mapping[str, Any], time: int, position: Position) -> None:
    """Merge a statement into its stored row: newer values win, and the oldest of too many keys are dropped."""
    traits.merge_into(target, values, time, position)
    context.bound(target)
