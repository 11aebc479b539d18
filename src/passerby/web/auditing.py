"""Query parameters and file responses of the audit log."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import Response
from litestar.params import QueryParameter

from passerby.audit.protocol import EVERYTHING, Filter
from passerby.dialects.common.times import read_iso_or_epoch
from passerby.services.errors import invalid

CSV = "text/csv"

Who = Annotated[
    str, QueryParameter(name="who", max_length=200, description="Only entries whose `who` contains this text.")
]
Action = Annotated[
    str,
    QueryParameter(
        name="action", max_length=100, description="Only actions that begin so: `key.added`, or `key.` for all of keys."
    ),
]
Since = Annotated[str, QueryParameter(name="from", max_length=40, description="ISO 8601: only entries since then.")]
Until = Annotated[str, QueryParameter(name="to", max_length=40, description="ISO 8601: only entries before then.")]
Format = Annotated[
    Literal["json", "csv"], QueryParameter(name="format", description="`json`: an array of entries; `csv`: a table.")
]


def wanted(who: Who = "", action: Action = "", since: Since = "", until: Until = "") -> Filter:
    """The entries that the query asks for. Raises ServiceError for a time that cannot be read."""
    return Filter(who, action, _time(since, "from", 0), _time(until, "to", EVERYTHING.until))


def _time(text: str, parameter: str, otherwise: int) -> int:
    if not text:
        return otherwise
    found = read_iso_or_epoch(text)
    if found is None:
        raise invalid(parameter, "this is no time in ISO 8601")
    return found


def exported(content: bytes, form: str) -> Response[bytes]:
    """An answer that a browser saves as a file."""
    headers = {"Content-Disposition": f'attachment; filename="audit.{form}"'}
    return Response(content, media_type="application/json" if form == "json" else CSV, headers=headers)
