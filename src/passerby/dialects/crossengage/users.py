"""Writes users and leads: `PUT /users/{id}` (version 1), `PUT /users` (version 2), `POST /leads`."""

from __future__ import annotations

from typing import Any

from passerby.dialects.common.body import read_body
from passerby.dialects.common.values import ID_LIMIT
from passerby.dialects.contract import Outcome
from passerby.dialects.crossengage.entries import Entry, read_entry
from passerby.dialects.crossengage.rest import WRONG, Problem, Sent, error_response, in_v1, reply
from passerby.dialects.crossengage.tracking import accepted
from passerby.messages import Message

BATCH_LIMIT = 1_000
"""Entries of one call (User Management API, bulk user management)."""


def message_of(sent: Sent, entry: Entry) -> Message:
    """Return the message of a valid entry."""
    return sent.identify(entry.identifiers, entry.traits)


def put_user(sent: Sent) -> Outcome:
    """`PUT /users/{id}`: the id in the body is optional; one that differs from the path's is answered with 409."""
    body = read_body(sent.request)
    if type(body) is not dict:
        return Outcome(_of_one(read_entry(body, "id"), 400))
    absent = body.get("id") in (None, "")
    entry = read_entry(body | {"id": sent.parameters["id"]} if absent else body, "id")
    if entry.id and entry.id != sent.parameters["id"]:
        words = "The id in the body differs from the id in the path."
        mismatch = Problem("id", "user_IDS_MISMATCH", "7", words)
        return Outcome(_of_one(entry._replace(problems=[mismatch]), 409))
    if entry.problems:
        return Outcome(_of_one(entry, 400))
    return Outcome(_of_one(entry, 200), [message_of(sent, entry)])


def put_user_later(sent: Sent) -> Outcome:
    """`PUT /users`: as `put_user`, answered with a tracking id. The email is optional."""
    entry = read_entry(read_body(sent.request), "id")
    if entry.problems:
        return Outcome(error_response("2", *entry.problems))
    return accepted(sent, [message_of(sent, entry)])


def post_leads(sent: Sent) -> Outcome:
    """`POST /leads`: profiles by email, without an id."""
    body = read_body(sent.request, "updated")
    records = body.get("updated") if type(body) is dict else None
    if type(records) is not list:
        return Outcome(error_response("1", Problem("updated", WRONG, "2", "updated must be an array of leads.")))
    if len(records) > BATCH_LIMIT:
        return Outcome(error_response("1", too_many("updated", len(records))))
    entries = [read_entry(record, "email") for record in records]
    results = [result(entry) for entry in entries]
    status = 400 if any(entry.problems for entry in entries) else 200
    messages = [message_of(sent, entry) for entry in entries if not entry.problems]
    return Outcome(reply(status, {"updated": results, "deleted": []}), messages)


def too_many(field: str, number: int) -> Problem:
    """Return the problem of a call with too many entries."""
    return Problem(field, WRONG, "9", f"Max batch request size is {BATCH_LIMIT:,}, but was {number:,}")


def result(entry: Entry) -> dict[str, Any]:
    """Return the result of one entry of a bulk call in version 1."""
    answer: dict[str, Any] = {"id": entry.id} if entry.id else {}
    answer |= {"xngId": None, "success": not entry.problems}
    return answer | {"errors": [in_v1(each) for each in entry.problems]} if entry.problems else answer


def _of_one(entry: Entry, status: int) -> Any:
    """Return the response about a single user. `xngId` is null: the profile is resolved after the response."""
    answer: dict[str, Any] = {
        "id": entry.id[:ID_LIMIT] or None,
        "xngId": None,
        "email": entry.email or None,
        "businessUnit": entry.unit,
        "success": not entry.problems,
    }
    return reply(status, answer | {"errors": [in_v1(each) for each in entry.problems]} if entry.problems else answer)
