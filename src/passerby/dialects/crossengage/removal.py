"""`DELETE /users/{id}`: removes all traits, records the event `User Deleted`, marks the profile as deleted.

Reads of the user answer 404 until a later write. Identifiers and past events stay (decision 47).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from passerby.dialects.contract import Fault, Lookup, LookupResult, Outcome, Reply, RequestFault
from passerby.dialects.crossengage.entries import user_id
from passerby.dialects.crossengage.rest import DELETED, NOT_FOUND, Sent
from passerby.dialects.crossengage.tracking import accepted
from passerby.messages import Message
from passerby.profiles.person import Person

USER_DELETED: Final = "User Deleted"
"""The name of the event."""
_GONE: Final = Reply(204)


def delete_user(sent: Sent) -> Lookup:
    """Handle the call: 204 in version 1, or 404 for an unknown user; 202 in version 2. The body is ignored."""
    id_ = sent.parameters["id"]

    def respond(known: LookupResult) -> Outcome:
        messages = removal(sent, id_, known)
        if sent.asynchronous:
            return accepted(sent, messages)
        return Outcome(_GONE, messages) if messages else NOT_FOUND

    return sent.lookup(user_id(id_), respond)


def removal(sent: Sent, id_: str, known: LookupResult, stated: Iterable[str] | None = None) -> list[Message]:
    """Return the messages that delete a user; none for an unknown or already deleted user.

    `stated` are the names of traits that the same call sets, None if it does not update the user. Raises RequestFault
    if accepted traits are not applied yet: they would survive.
    """
    if known.behind:
        raise RequestFault(Fault.UNAVAILABLE, "not_yet_applied")
    person = present(known)
    if person is None and stated is None:
        return []
    # A null removes a trait, so each has to be known by name.
    names = [*(person.traits if person else ()), *(stated or ())]
    identifiers = [user_id(id_)]
    return [sent.identify(identifiers, dict.fromkeys(names), deleted=True), sent.track(identifiers, USER_DELETED, {})]


def present(known: LookupResult) -> Person | None:
    """Return the user found, unless it was deleted and not written since."""
    person = known.profile
    if person is None or (person.context.get(DELETED) and not person.traits):
        return None
    return person
