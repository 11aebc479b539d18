"""Which fields name somebody, and what they are called among our namespaces.

Only `identify_by`, `external_ids` and values that are marked as naming do: an email among the traits is a trait. A
webhook that takes any JSON looks at the top of it, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from passerby.catalogue.rules import sample
from passerby.dialects.common.ids import id_violation, read_id
from passerby.dialects.contract import Credentials
from passerby.dialects.customerlabs.keys import APP_ID_KIND
from passerby.messages import Identifier, Violation

STATED: Final[Mapping[str, str]] = {
    "identify_by_email": "email",
    "identify_by_phone": "phone",
    "customerlabs_user_id": "anonymous_id",
    "idfa": "idfa",
    "aaid": "aaid",
    "google_analytics__app_instance_id": "ga_app_instance_id",
    "ga_app_instance_id": "ga_app_instance_id",
}
"""The namespaces of the fields of `identify_by` and `external_ids`. The session of Google Analytics names nobody."""

FREE: Final[Mapping[str, str]] = {
    **STATED,
    "user_id": "user_id",
    "userId": "user_id",
    "customer_id": "user_id",
    "customerId": "user_id",
    "email": "email",
    "phone": "phone",
    "anonymous_id": "anonymous_id",
    "anonymousId": "anonymous_id",
}
"""Those that name somebody at the top of a webhook's free JSON, too, and wherever a value is marked as naming."""

ADVERTISING: Final = frozenset({"idfa", "aaid", "ga_app_instance_id"})
"""The namespaces that the owner of a device can forbid to use."""

UUID_LENGTH: Final = 36
"""Characters. The vendor's own user ids are an app id with a UUID behind it (Mobile Tracking API, user_id)."""

UNKNOWN_NAME: Final = "unknown_identifier"
"""A kind of violation: a field marked as an identifier has an unknown name. It is kept."""


class Naming:
    """Gathers who a body names. `limited`: its device's owner forbids advertising ids, which are then not kept at all.

    `plain` are the fields that their sender marked as not naming, wherever they stand.
    """

    def __init__(self, *, limited: bool = False, plain: Collection[str] = ()) -> None:
        self.violations: list[Violation] = []
        self._found: dict[Identifier, None] = {}
        self._limited = limited
        self._plain = plain

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """Who is named, each once, in the order of their statement."""
        return tuple(self._found)

    def add(self, namespace: str, value: str) -> None:
        self._found[Identifier(namespace, value)] = None

    def take(self, fields: Mapping[str, Any], namespaces: Mapping[str, str] = STATED) -> dict[str, Any]:
        """Take the fields that name somebody; returns the others, which are data."""
        rest = {}
        for field, value in fields.items():
            namespace = namespaces.get(field)
            if namespace is None or not self._take(field, value, namespace):
                rest[field] = value
        return rest

    def take_marked(self, marked: Iterable[tuple[str, Any]]) -> None:
        """Take the values that their sender marked as naming, of which some may be taken already."""
        for field, value in marked:
            namespace = FREE.get(field)
            if namespace is None:
                self.violations.append(Violation(UNKNOWN_NAME, attribute=field, sample=sample(value)))
            else:
                self._take(field, value, namespace)

    def _take(self, field: str, value: Any, namespace: str) -> bool:
        """Whether there is nothing left to keep of this field."""
        if field in self._plain:
            return False
        id_ = read_id(value)
        if id_ is None:
            self.violations.append(id_violation(field, namespace, value))
            return False
        if id_ and not (self._limited and namespace in ADVERTISING):
            self.add(namespace, id_)
        return True


def free_names(fields: Mapping[str, Any], project: int, credentials: Credentials) -> Mapping[str, str]:
    """The namespaces at the top of free JSON, where an email has to look like one.

    The vendor's `user_id` is the id of an installation; in free JSON it is mostly the sender's own id of a customer.
    """
    namespaces = dict(FREE)
    email = fields.get("email")
    if type(email) is not str or "@" not in email:
        del namespaces["email"]
    user = fields.get("user_id")
    if type(user) is str and credentials.project(APP_ID_KIND, user[:-UUID_LENGTH]) == project:
        namespaces["user_id"] = "anonymous_id"
    return namespaces
