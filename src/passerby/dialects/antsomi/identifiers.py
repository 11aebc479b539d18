"""Reads the identifiers of an event: the visitor, and the customer if the event identifies one.

Source: Antsomi, Tracking Users; for servers, what integrators send. Any event can identify the customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from passerby.dialects.antsomi.fields import Invalid, id_of
from passerby.dialects.common.ids import read_id
from passerby.identity.cleaning import clean, tidy
from passerby.messages import Identifier

CUSTOMER_ID: Final = "customer_id"
IDENTIFY_ID: Final = "identify_id"

CONTACTS: Final[Mapping[str, str]] = {"identify_email": "email", "identify_phone": "phone"}
"""Members of `extra` that identify a user without a customer id, and their namespaces."""
PHONE_DIGITS: Final = 5
"""No telephone number has fewer."""

EXACT: Final = "exact"
"""`identify_type` of an identity that the sender knows. Others are inferred and never merge profiles."""

YES: Final = frozenset({"1", "true"})


class Who(msgspec.Struct, frozen=True):
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
        """The identifiers of the message, the strongest first."""
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


def read_who(
    fields: Mapping[str, Any], customers: Mapping[str, Any], extra: Mapping[str, Any], *, server: bool = False
) -> Who:
    """Whom these fields are about; `server`: the sender says that it is one. Raises Invalid."""
    uid, device = id_of(fields, "uid"), id_of(fields, "aid")
    customer, nothing = _customer(customers, extra)
    contacts = () if customer else _contacts(extra)
    if not uid and not customer and not contacts and not nothing:
        raise Invalid("uid is needed, or an identity in dims.customers.customer_id or extra.identify_id.")
    if server or (customer and not device and tidy(uid) == customer):
        server, customer, contacts, uid = True, customer or uid, () if uid else contacts, ""
    certainty = extra.get("identify_type")
    if certainty not in (None, "") and (type(certainty) is not str or certainty.strip().lower() != EXACT):
        return Who(uid, device, "", (), server, inferred=True)
    return Who(uid, device, customer, contacts, server, inferred=False, nothing=nothing)


def left_behind(who: Who, old: str, new: str) -> Who:
    """Return the identifiers of a reset: those of the previous visitor, never the new one's (`new`).

    The device is no hint here: the customer who leaves would be brought together with the visitor who comes.
    """
    if not old and who.visitor == new:
        return msgspec.structs.replace(who, device="", customer="", contacts=())
    return msgspec.structs.replace(who, device="", visitor=old or who.visitor)


def is_yes(value: Any) -> bool:
    """Whether a parameter or field is set."""
    return value is not None and str(value).strip().lower() in YES


def _customer(customers: Mapping[str, Any], extra: Mapping[str, Any]) -> tuple[str, str]:
    """The customer's id, which may be said in two places, but not in two ways; and a word for nothing instead of it."""
    sent = [tidy(id_) for id_ in (id_of(customers, CUSTOMER_ID), id_of(extra, IDENTIFY_ID)) if id_]
    named = [id_ for id_ in sent if clean("user_id", id_) is not None]
    if len(set(named)) > 1:
        raise Invalid("dims.customers.customer_id and extra.identify_id differ.")
    if named:
        return named[0], ""
    return "", next(filter(None, sent), "")


def _contacts(extra: Mapping[str, Any]) -> tuple[Identifier, ...]:
    stated = ((namespace, read_id(extra.get(field))) for field, namespace in CONTACTS.items())
    return tuple(
        Identifier(namespace, value) for namespace, value in stated if value and _is_plausible(namespace, value)
    )


def _is_plausible(namespace: str, value: str) -> bool:
    """Whether this can be such a contact: a placeholder that many events carry would make one person of many."""
    return "@" in value if namespace == "email" else sum(map(str.isdigit, value)) >= PHONE_DIGITS
