"""Identity explained: why an identifier belongs to a profile, and what a message would do."""

from __future__ import annotations

from collections.abc import Sequence

from passerby.identity.cleaning import clean_identifier, collect_evidence
from passerby.identity.preview import Preview, preview
from passerby.messages import Identifier
from passerby.services.access import Access
from passerby.services.errors import not_found
from passerby.services.ids import uuid_of
from passerby.services.use_cases import reading
from passerby.state.views import HistoryEntry


@reading()
def explain_identifier(access: Access, profile_id: str, given: Identifier) -> list[HistoryEntry]:
    """Return the decisions that led an identifier to this profile. Raises NotFound where it does not hold it."""
    profile_id = uuid_of(profile_id, "profile")
    identifier = clean_identifier(given, access.context.policy_of(access.project))
    chain = None if identifier is None else access.context.state.why(access.project, profile_id, identifier)
    if chain is None:
        raise not_found("identifier of this profile")
    return chain


@reading()
def preview_identity(access: Access, identifiers: Sequence[Identifier], *, is_event: bool = False) -> Preview:
    """Return what a message with these identifiers would do now. Changes nothing."""
    policy = access.context.policy_of(access.project)
    evidence = collect_evidence(identifiers, policy)
    known = access.context.state.known(access.project, evidence.mentioned, evidence.hints)
    return preview(known, evidence, is_event=is_event, policy=policy)
