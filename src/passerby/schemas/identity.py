"""Bodies of requests about identity, with their bounds. A body that does not fit is answered with 400."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from passerby.messages import Identifier

IDENTIFIERS = 1_000
"""Maximum number of identifiers in a request."""

Word = Annotated[str, Meta(min_length=1, max_length=100)]
Text = Annotated[str, Meta(max_length=10_000)]


class NamedIdentifier(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An identifier as a client would send it; it is cleaned in the same way. An email's scope is its business unit."""

    namespace: Word
    value: Text
    scope: Text = ""

    def identifier(self) -> Identifier:
        """Return the identifier as messages have it."""
        return Identifier(self.namespace, self.value, self.scope)


Reason = Annotated[str, Meta(min_length=1, max_length=1_000, description="Why; it is kept in the history.")]


class DetachRequest(NamedIdentifier, kw_only=True, forbid_unknown_fields=True):
    """The identifier to detach, and why."""

    reason: Reason


class UndoRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why something is undone. The whole body may be left out."""

    reason: Annotated[str, Meta(max_length=1_000, description="Why; it is kept in the history.")] = ""


class MergeRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Two profiles of one person, and the reason. `force` overrides identity rule R3."""

    winner: Word
    loser: Word
    reason: Reason
    force: bool = False


class PairRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Two profiles of different people, and the reason for this decision."""

    profiles: Annotated[list[Word], Meta(min_length=2, max_length=2)]
    reason: Annotated[str, Meta(max_length=1_000, description="Why; it is kept with the decision.")] = ""


class PreviewRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The identifiers of a message, and whether it states an event."""

    identifiers: Annotated[list[NamedIdentifier], Meta(max_length=IDENTIFIERS)]
    is_event: bool = False
