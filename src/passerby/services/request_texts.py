"""The texts of rejected requests: the problem as a sentence, made of the stored codes."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from passerby.dialects.common.answers import text
from passerby.dialects.common.causes import Cause, detail
from passerby.dialects.contract import Fault

_FAULTS: Final[Mapping[str, Fault]] = {fault.value: fault for fault in Fault}
_INTERNAL_ERROR: Final = "An internal error occurred. Nothing of the request was stored."
_OTHERS: Final[Mapping[str, str]] = {
    "internal_error": _INTERNAL_ERROR,
    "mistake": _INTERNAL_ERROR,  # the same in rows of earlier versions
}


def rejection_message(reason: str, cause: Cause | None, answer: str, status: int) -> str:
    """Return the problem of a rejected request as a sentence.

    `answer` has the sentences of a dialect's own error, which come first. Else the text is that of the fault `reason`
    with its `cause`, or the name of the HTTP status where there is none.
    """
    if answer:
        return answer
    if reason in _FAULTS:
        return text(_FAULTS[reason], detail(cause))
    if reason in _OTHERS:
        return _OTHERS[reason]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP status {status}"
