"""Reads one user or lead of a request: its identifiers, traits and errors.

Fields other than identifiers become traits, as do the members of `traits`, which take precedence over a field of the
same name. Null removes a trait. Attributes need not be created before they are sent.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from passerby.dialects.common.answers import ANSWERS
from passerby.dialects.common.lenient import RefusedRecord
from passerby.dialects.common.values import ID_LIMIT, id_problem, object_of, read_id
from passerby.dialects.crossengage.rest import FORMAT, MISSING, WRONG, Problem
from passerby.identity.cleaning import clean
from passerby.messages import Identifier

STRING_LIMIT: Final = 16 * 1024
"""Characters; longer strings are refused (User Management API, data rules: 16 KB)."""

UNIT: Final = "businessUnit"
_IDENTIFYING: Final = frozenset({"id", "xngId", "email", UNIT, "traits"})
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


class Entry(NamedTuple):
    """A user or lead as sent. `unit` is None where none is given."""

    id: str
    email: str
    unit: str | None
    traits: dict[str, Any]
    problems: list[Problem]

    @property
    def identifiers(self) -> list[Identifier]:
        """Identifiers of the entry: the id, the email within its business unit, or both."""
        found = [user_id(self.id)] if self.id else []
        return [*found, address(self.email, self.unit)] if self.email else found


def user_id(value: str) -> Identifier:
    """Return the identifier of a user's `id`."""
    return Identifier("user_id", value)


def address(email: str, unit: str | None) -> Identifier:
    """Return the identifier of an email, scoped to its business unit ("" without one)."""
    return Identifier("email", email, unit or "")


def read_entry(record: Any, required: str) -> Entry:
    """Read a user (`required` is "id") or a lead ("email", and an id is ignored)."""
    if type(record) is not dict:
        refused = type(record) is RefusedRecord  # the reader has replaced a record that exceeds a limit
        problem = ANSWERS[record.fault].text if refused else "An entry must be an object."
        return Entry("", "", None, {}, [Problem("", WRONG, "2", problem)])
    problems: list[Problem] = []
    id_ = read_named(record, "id", "user_id", problems) if required == "id" else ""
    email = _email(record, problems)
    if not (id_ if required == "id" else email) and not any(each.field == required for each in problems):
        problems.append(Problem(required, MISSING, "2", f"{required} is required."))
    unit = None
    if record.get(UNIT) is not None:  # the empty string is a valid unit
        unit = read_id(record[UNIT], ID_LIMIT)
        if unit is None:
            problems.append(Problem(UNIT, WRONG, "8", f"{UNIT} {id_problem(record[UNIT], ID_LIMIT)}."))
    return Entry(id_, email, unit, _traits(record, unit, problems), problems)


def read_named(record: dict[str, Any], field: str, namespace: str, problems: list[Problem]) -> str:
    """Return the identifier in a field, or "". A placeholder ("null", "0") is a problem."""
    value = read_id(record.get(field), ID_LIMIT)
    if value is None:
        problems.append(Problem(field, WRONG, "2", f"{field} {id_problem(record[field], ID_LIMIT)}."))
    elif value and clean(namespace, value) is None:
        problems.append(Problem(field, WRONG, "2", f"{field} has a placeholder as its value."))
    return value or ""


def _email(record: dict[str, Any], problems: list[Problem]) -> str:
    value = record.get("email")
    if value is None or value == "":
        return ""
    if type(value) is not str or len(value) > ID_LIMIT or not _EMAIL.fullmatch(value.strip()):
        problems.append(Problem("email", FORMAT, "4", f"email must be an address of at most {ID_LIMIT} characters."))
        return ""
    return read_named(record, "email", "email", problems)


def _traits(record: dict[str, Any], unit: str | None, problems: list[Problem]) -> dict[str, Any]:
    own = object_of(record.get("traits"))
    if own is None:
        problems.append(Problem("traits", WRONG, "3", "traits must be an object."))
        own = {}
    fields = {name: value for name, value in record.items() if name not in _IDENTIFYING}
    for prefix, values in (("", fields), ("traits.", own)):
        for name, value in values.items():
            if type(value) is str and len(value) > STRING_LIMIT:
                words = f"A string may have at most {STRING_LIMIT:,} characters."
                problems.append(Problem(f"{prefix}{name[:ID_LIMIT]}", WRONG, "2", words))
    # The unit is part of the email's identifier and a trait of the user, which reads show.
    business_unit = {UNIT: unit or None} if UNIT in record else {}
    return fields | own | business_unit
