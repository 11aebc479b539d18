"""What the API refused about identity, in words that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from passerby.console.presenters.namespaces import namespace_label
from passerby.services.errors import ErrorCode, ServiceError


class Refusal(NamedTuple):
    """Why something was not done, and what helps. `merge_id` is the merge that has to be undone first, if one is."""

    title: str
    text: str
    merge_id: str | None = None


_TEXTS: Final[Mapping[ErrorCode, tuple[str, str]]] = {
    ErrorCode.ALREADY_UNDONE: (
        "This was undone before",
        "Somebody else may have been quicker. Nothing was changed now.",
    ),
    ErrorCode.DEPENDENT_MERGE_EXISTS: (
        "A later merge builds on this one",
        "The profile has become one with another since. Undo that later merge first, then this one.",
    ),
    ErrorCode.SAME_PROFILE: (
        "These are one profile already",
        "Both ids lead to the same person, so there is nothing to merge.",
    ),
    ErrorCode.FORBIDDEN_MERGE: (
        "A rule keeps these two apart",
        "Both are customers, or their addresses or phone numbers differ. Who knows better can merge them even so.",
    ),
    ErrorCode.CUSTOMER_ID_NOT_DETACHABLE: (
        "A customer id stays with its profile",
        "If it came here by a merge, undo that merge: it gives the id back.",
    ),
    ErrorCode.IDENTIFIER_REASSIGNED: (
        "The identifier belongs to somebody else by now",
        "It was used by another person since. Look that profile up to see why.",
    ),
    ErrorCode.NOT_FOUND: (
        "That is not there any more",
        "Identity changes while you look at it: load the page again to see how things are now.",
    ),
}


def explain(error: ServiceError) -> Refusal:
    """The words for a refusal; one that is not about identity is told in the API's own words."""
    if error.code is ErrorCode.LIMIT_EXCEEDED:
        what = namespace_label(error.details["namespace"])
        text = f"Together they would hold more of the kind “{what}” than the identity policy lets one profile have."
        return Refusal("Too many identifiers for one profile", text)
    if error.code in _TEXTS:
        return Refusal(*_TEXTS[error.code], merge_id=error.details.get("merge_id"))
    return Refusal("This was not done", f"{error.message[:1].upper()}{error.message[1:]}.")
