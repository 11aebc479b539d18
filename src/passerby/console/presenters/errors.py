"""Texts of rejected identity changes: the reason, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from passerby.console.presenters.identifiers import namespace_label
from passerby.services.errors import ErrorCode, ServiceError


class ErrorTexts(NamedTuple):
    """The texts of a rejected change. `merge_id` is the merge that has to be undone first, None for none."""

    title: str
    text: str
    merge_id: str | None = None


_TEXTS: Final[Mapping[ErrorCode, tuple[str, str]]] = {
    ErrorCode.ALREADY_UNDONE: (
        "Already undone",
        "The merge was undone before. Nothing was changed.",
    ),
    ErrorCode.DEPENDENT_MERGE_EXISTS: (
        "A later merge depends on this one",
        "The profile was merged again since. Undo the later merge first.",
    ),
    ErrorCode.SAME_PROFILE: (
        "Already merged",
        "Both IDs belong to the same profile.",
    ),
    ErrorCode.FORBIDDEN_MERGE: (
        "Merge blocked by an identity rule",
        "Both profiles have a user ID, or their email addresses or phone numbers differ. It can be forced.",
    ),
    ErrorCode.CUSTOMER_ID_NOT_DETACHABLE: (
        "A user ID cannot be detached",
        "If it was added by a merge, undo the merge to restore its profile.",
    ),
    ErrorCode.IDENTIFIER_REASSIGNED: (
        "The identifier was reassigned",
        "It belongs to another profile. See the identity history of that profile.",
    ),
    ErrorCode.NOT_FOUND: (
        "Not found",
        "The profile or merge has changed. Reload the page.",
    ),
}


def error_texts(error: ServiceError) -> ErrorTexts:
    """Return the texts of a rejected change. An error without a text of its own is shown with its message."""
    if error.code is ErrorCode.LIMIT_EXCEEDED:
        what = namespace_label(error.details["namespace"])
        text = f"The merged profile would exceed the limit of the identity policy for identifiers of type “{what}”."
        return ErrorTexts("Too many identifiers for one profile", text)
    if error.code in _TEXTS:
        return ErrorTexts(*_TEXTS[error.code], merge_id=error.details.get("merge_id"))
    return ErrorTexts("Request failed", f"{error.message[:1].upper()}{error.message[1:]}.")
