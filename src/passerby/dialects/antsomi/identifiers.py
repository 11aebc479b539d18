"""Reads the identifiers of an event: the visitor, and the customer if the event identifies one.

Source: Antsomi, Tracking Users; for servers, what integrators send. Any event can identify the customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from passerby.dialects.antsomi.fields import Invalid, id_of
from passerby.dialects.common.values import PLAUSIBLE, read_id
from passerby.identity.cleaning import clean, tidy
from passerby.messages import Identifier

CUSTOMER_ID: Final = "customer_id"
IDENTIFY_ID: Final = "identify_id"

CONTACTS: Final[Mapping[str, str]] = {"identify_email": "email", "identify_phone": "phone"}
"""Members of `extra` that identify a user without a customer id, and their namespaces."""
EXACT: Final = "exact"
"""`identify_type` of an identity that the sender knows. Others are inferred and never merge profiles."""

YES: Final = frozenset({"1", "true"})


class Identities(msgspec.Struct, frozen=True):
    """Identities of an event; unknown ones are empty.

    `device` is a hint. `server`: the sender is a server, which sends the customer's id in the field of the visitor's.
    `inferred`: the customer was only inferred, so `customer` is empty. `nothing` is a placeholder (`null`, `guest`)
    sent as the customer's id; it is passed on to be counted as blocked.
    """

    visitor: str
    device: str
    customer: str
    contacts: tuple[Identifier, ...]
    server: bool
    inferred: bool
    nothing: str = ""

    def identifiers(self) -> tuple[Identifier, ...]:
        """Return the identifiers of the message, the strongest first."""
        found = list(self.contacts)
        if self.customer:
            found.append(Identifier("user_id", self.customer))
        if self.visitor:
            found.append(Identifier("anonymous_id", self.visitor))
        if self.device:
            found.append(Identifier("device_id", self.device))
        if self.nothing:
            found.append(Identifier("user_id", self.nothing))
        return tuple(found)


def read_identities(
    fields: Mapping[str, Any], customers: Mapping[str, Any], extra: Mapping[str, Any], *, server: bool = False
) -> Identities:
    """Return the identities of an event; `server`: the sender declares that it is a server. Raises Invalid."""
    uid, device = id_of(fields, "uid"), id_of(fields, "aid")
    customer, nothing = _customer(customers, extra)
    contacts: list[Identifier] = []
    if not customer:  # else contacts are traits of the customer
        for field, namespace in CONTACTS.items():
            value = read_id(extra.get(field))
            if value and PLAUSIBLE[namespace](value):
                contacts.append(Identifier(namespace, value))
    if not uid and not customer and not contacts and not nothing:
        raise Invalid("uid is needed, or an identity in dims.customers.customer_id or extra.identify_id.")
    # A server sends the customer's id as uid, and has no device (what integrators send).
    if server or (customer and not device and tidy(uid) == customer):
        server, customer, contacts, uid = True, customer or uid, [] if uid else contacts, ""
    certainty = extra.get("identify_type")
    if certainty not in (None, "") and (type(certainty) is not str or certainty.strip().lower() != EXACT):
        return Identities(uid, device, "", (), server, inferred=True)
    return Identities(uid, device, customer, tuple(contacts), server, inferred=False, nothing=nothing)


def before_reset(identities: Identities, old: str, new: str) -> Identities:
    """Return the identities of a reset: those of the previous visitor, never the new one's (`new`).

    The device is not a hint here: it would link the customer who signed out to the next visitor.
    """
    if not old and identities.visitor == new:
        return msgspec.structs.replace(identities, device="", customer="", contacts=())
    return msgspec.structs.replace(identities, device="", visitor=old or identities.visitor)


def is_yes(value: Any) -> bool:
    """Return whether a parameter or field is set."""
    return value is not None and str(value).strip().lower() in YES


def _customer(customers: Mapping[str, Any], extra: Mapping[str, Any]) -> tuple[str, str]:
    """Return the customer's id, which two fields may contain; and a placeholder sent in its place. Raises Invalid."""
    sent = [tidy(id_) for id_ in (id_of(customers, CUSTOMER_ID), id_of(extra, IDENTIFY_ID)) if id_]
    named = [id_ for id_ in sent if clean("user_id", id_) is not None]
    if len(set(named)) > 1:
        raise Invalid("dims.customers.customer_id and extra.identify_id differ.")
    if named:
        return named[0], ""
    return "", next(filter(None, sent), "")
