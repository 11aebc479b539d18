"""`/users/attributes`: attributes are not registered here, and these calls say so in the vendor's shape of errors.

A trait exists once it was sent. A 2xx would promise that an attribute was created, or listed completely (decision 47).
"""

from __future__ import annotations

from typing import Final

from passerby.dialects.contract import Outcome
from passerby.dialects.crossengage.rest import NOT_FOUND, Sent, reply

TOLD: Final = (
    "Attributes are not registered here: send the trait with a user, and it exists. "
    "The data catalog in the console and GET /v1/catalogue list the traits that were received."
)


def refuse(sent: Sent) -> Outcome:
    """400 with `requestId` and `message`, for creating and listing."""
    return Outcome(reply(400, {"requestId": sent.request.new_id(), "message": TOLD}))


def refuse_one(_sent: Sent) -> Outcome:
    """404: no attribute has an id."""
    return NOT_FOUND
