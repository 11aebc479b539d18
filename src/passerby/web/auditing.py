"""Query parameters and responses of the audit log, as JSON and CSV, which the API and the console share."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Response
from litestar.params import QueryParameter

from passerby.audit.protocol import EVERYTHING, Entry, Filter
from passerby.dialects.common.times import read_iso_or_epoch
from passerby.schemas.audit import AuditEntry, AuditPage, audit_entry
from passerby.services.errors import invalid

CSV: Final = "text/csv"

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a cell that a spreadsheet would evaluate as a formula."""

Who = Annotated[
    str, QueryParameter(name="who", max_length=200, description="Only entries whose `who` contains this text.")
]
Action = Annotated[
    str,
    QueryParameter(
        name="action",
        max_length=100,
        description="Only actions with this prefix: `key.added`, or `key.` for all actions on keys.",
    ),
]
Since = Annotated[
    str, QueryParameter(name="from", max_length=40, description="ISO 8601: only entries at this time or later.")
]
Until = Annotated[str, QueryParameter(name="to", max_length=40, description="ISO 8601: only entries before this time.")]
Format = Annotated[
    Literal["json", "csv"], QueryParameter(name="format", description="`json`: an array of entries; `csv`: a table.")
]


def audit_file(entries: Iterable[Entry], form: Literal["json", "csv"]) -> bytes:
    """Encode all these entries: as one page in JSON, or as a table with a line of headings.

    Takes seconds for a full log: call it in a reader thread.
    """
    shown = list(map(audit_entry, entries))
    if form == "json":
        return msgspec.json.encode(AuditPage(entries=shown, cursor=None))
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(AuditEntry.__struct_fields__)
    writer.writerows([_cell(value) for value in msgspec.structs.astuple(entry)] for entry in shown)
    # A lone surrogate, which JSON can hold and UTF-8 cannot, becomes a question mark.
    return written.getvalue().encode("utf-8", "replace")


def exported(content: bytes, form: str) -> Response[bytes]:
    """Return a response that a browser saves as a file."""
    headers = {"Content-Disposition": f'attachment; filename="audit.{form}"'}
    return Response(content, media_type="application/json" if form == "json" else CSV, headers=headers)


def wanted(who: Who = "", action: Action = "", since: Since = "", until: Until = "") -> Filter:
    """Read the filter of a query. Raises ServiceError for a time that is not ISO 8601."""
    return Filter(who, action, _time(since, "from", 0), _time(until, "to", EVERYTHING.until))


def _time(text: str, parameter: str, otherwise: int) -> int:
    if not text:
        return otherwise
    found = read_iso_or_epoch(text)
    if found is None:
        raise invalid(parameter, "Expected a time in ISO 8601")
    return found


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    # The apostrophe makes a spreadsheet take the cell as text: a user agent or a name may come from an attacker.
    return f"'{text}" if text.startswith(FORMULA) else text
