"""`POST /users/batch`: up to 1,000 users to update or delete. Valid entries are stored, others are listed."""

from __future__ import annotations

from functools import partial
from typing import Any

from passerby.dialects.common.body import read_body
from passerby.dialects.contract import Lookup, LookupResult, Outcome
from passerby.dialects.crossengage.entries import read_entry, user_id
from passerby.dialects.crossengage.removal import removal
from passerby.dialects.crossengage.rest import UNKNOWN, WRONG, Problem, Sent, error_response, in_v2, reply
from passerby.dialects.crossengage.tracking import Counts, accepted
from passerby.dialects.crossengage.users import BATCH_LIMIT, message_of, result, too_many
from passerby.messages import Message


def post_batch(sent: Sent) -> Outcome | Lookup:
    """Return the outcome: all updates first, then each deletion after a lookup of its user."""
    body = read_body(sent.request, "updated", "deleted")
    if type(body) is not dict:
        return Outcome(error_response(sent.version, Problem("", WRONG, "2", "The body must be an object.")))
    lists = {field: body.get(field) or [] for field in ("updated", "deleted")}
    wrong = [
        Problem(field, WRONG, "2", f"{field} must be an array.")
        for field, each in lists.items()
        if type(each) is not list
    ]
    if wrong:
        return Outcome(error_response(sent.version, *wrong))
    number = sum(map(len, lists.values()))
    if number > BATCH_LIMIT:
        return Outcome(error_response(sent.version, too_many(max(lists, key=lambda field: len(lists[field])), number)))
    return _Batch(sent, lists["updated"], lists["deleted"]).next_removal(0)


class _Batch:
    """A call while its deletions are looked up, one by one."""

    def __init__(self, sent: Sent, updated: list[Any], deleted: list[Any]) -> None:
        self._sent = sent
        self._updated = [read_entry(record, "id") for record in updated]
        # Only the id of a user to delete is read: an invalid email must not keep the user.
        ids = [{"id": record.get("id")} if type(record) is dict else record for record in deleted]
        self._deleted = [read_entry(record, "id") for record in ids]
        self._messages: list[Message] = []
        self._stated: dict[str, set[str]] = {}
        for entry in self._updated:
            if not entry.problems:
                self._messages.append(message_of(sent, entry))
                self._stated.setdefault(entry.id, set()).update(entry.traits)
        self._removed: set[str] = set()

    def next_removal(self, at: int) -> Outcome | Lookup:
        """Continue with the deletion at this index; after the last one, return the outcome."""
        while at < len(self._deleted):
            entry = self._deleted[at]
            if not entry.problems and entry.id not in self._removed:
                return self._sent.lookup(user_id(entry.id), partial(self._remove, at))
            at += 1
        at_fault = [entry for entry in (*self._updated, *self._deleted) if entry.problems]
        if not self._sent.asynchronous:
            results = {"updated": list(map(result, self._updated)), "deleted": list(map(result, self._deleted))}
            return Outcome(reply(400 if at_fault else 200, results), self._messages)
        errors = [
            in_v2(problem, f"/{field}/{index}")
            for field, entries in (("updated", self._updated), ("deleted", self._deleted))
            for index, entry in enumerate(entries)
            for problem in entry.problems
        ]
        counts = Counts(len(self._updated) + len(self._deleted), len(at_fault))
        return accepted(self._sent, self._messages, counts, errors)

    def _remove(self, at: int, known: LookupResult) -> Outcome | Lookup:
        entry = self._deleted[at]
        # With the traits that the same call sets: the lookup cannot know them yet.
        messages = removal(self._sent, entry.id, known, self._stated.get(entry.id))
        self._messages += messages
        if messages:
            self._removed.add(entry.id)
        elif not self._sent.asynchronous:
            entry.problems.append(Problem("id", UNKNOWN, "2", "There is no user with this id."))
        return self.next_removal(at + 1)
