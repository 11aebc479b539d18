"""`POST /events`: up to 50 events of one user, by `id` or else by email and business unit. All are stored, or none.

Event names need not be registered. The vendor's response has no place for errors of single events, so one invalid event
rejects the call.
"""

from __future__ import annotations

from typing import Any, Final

from passerby.dialects.common.body import read_body
from passerby.dialects.common.values import ID_LIMIT, object_of
from passerby.dialects.contract import Outcome, Reply
from passerby.dialects.crossengage.entries import read_entry
from passerby.dialects.crossengage.rest import MISSING, WRONG, Problem, Sent, in_v1, reply

EVENTS_LIMIT: Final = 50
"""Events of one call (User Management API v1, Sending events)."""
_ACCEPTED: Final = Reply(202)


def post_events(sent: Sent) -> Outcome:
    """Handle the call: 202 without a body. An error is one object with `field` and `type`, of the first problem."""
    body = read_body(sent.request)
    if type(body) is not dict:
        return _rejected(Problem("", WRONG, "2", "The body must be an object."))
    named = {name: body.get(name) for name in ("id", "email", "businessUnit")}
    user = read_entry(named, "email" if named["id"] in (None, "") else "id")
    if user.problems:
        return _rejected(user.problems[0])
    events = body.get("events")
    if type(events) is not list or not events or len(events) > EVENTS_LIMIT:
        return _rejected(Problem("events", WRONG, "9", f"events must be an array of 1 to {EVENTS_LIMIT} events."))
    for index, event in enumerate(events):
        problem = _problem(event)
        if problem:
            return _rejected(problem._replace(message=f"events[{index}]: {problem.message}"))
    identifiers = user.identifiers[:1]  # the id alone, where there is one: an event links no identifiers
    return Outcome(_ACCEPTED, [sent.track(identifiers, each["event"], each.get("properties") or {}) for each in events])


def _problem(event: Any) -> Problem | None:
    if type(event) is not dict:
        return Problem("events", WRONG, "2", "An event must be an object.")
    name, properties = event.get("event"), event.get("properties")
    if name is None or name == "":
        return Problem("event", MISSING, "2", "event is required.")
    if type(name) is not str or name.isspace() or len(name) > ID_LIMIT:
        return Problem("event", WRONG, "2", f"event must be a string of at most {ID_LIMIT} characters.")
    if object_of(properties) is None:
        return Problem("properties", WRONG, "2", "properties must be an object.")
    return None


def _rejected(problem: Problem) -> Outcome:
    return Outcome(reply(400, in_v1(problem)))
