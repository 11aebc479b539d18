"""Reads identifiers: the fields that contain them, and their namespaces.

Only `identify_by`, `external_ids` and values marked as identifiers are read: an email among the traits is a trait. In
the free JSON of a webhook, top-level fields are read, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from passerby.catalogue.rules import sample
from passerby.dialects.common.values import id_violation, read_id
from passerby.dialects.contract import Credentials
from passerby.dialects.customerlabs.keys import APP_ID_KIND
from passerby.messages import Identifier, Violation

STATED: Final[Mapping[str, str]] = {
    "identify_by_email": "email",
    "identify_by_phone": "phone",
    "customerlabs_user_id": "anonymous_id",
    "idfa": "idfa",
    "aaid": "aaid",
    "google_analytics__app_instance_id": "ga_app_instance_id",  # as the vendor documents it
    "ga_app_instance_id": "ga_app_instance_id",
}
"""Namespaces of the fields of `identify_by` and `external_ids`. The session of Google Analytics is no identifier."""

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
"""Namespaces of top-level fields in the free JSON of a webhook, and of values marked as identifiers."""

ADVERTISING: Final = frozenset({"idfa", "aaid", "ga_app_instance_id"})
"""Namespaces that are not used if ad tracking is limited on the device."""

UUID_LENGTH: Final = 36
"""Characters. The vendor's user ids are an app id followed by a UUID (Mobile Tracking API, user_id)."""

UNKNOWN_NAME: Final = "unknown_identifier"
"""Kind of violation: a field marked as an identifier has an unknown name. The field is stored."""


class IdentifierCollector:
    """Collects the identifiers of a body. `limited`: ad tracking is limited, so advertising ids are not stored at all.

    `plain` are fields that the sender marked as no identifiers, at any depth.
    """

    def __init__(self, *, limited: bool = False, plain: Collection[str] = ()) -> None:
        self.violations: list[Violation] = []
        self._found: dict[Identifier, None] = {}  # a dict keeps the order of insertion, a set does not
        self._limited = limited
        self._plain = plain

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """Identifiers without duplicates, in the order sent."""
        return tuple(self._found)

    def add(self, namespace: str, value: str) -> None:
        self._found[Identifier(namespace, value)] = None

    def take(self, fields: Mapping[str, Any], namespaces: Mapping[str, str] = STATED) -> dict[str, Any]:
        """Collect the identifiers among these fields and return the other fields."""
        rest = {}
        for field, value in fields.items():
            namespace = namespaces.get(field)
            if namespace is None or not self._take(field, value, namespace):
                rest[field] = value
        return rest

    def take_marked(self, marked: Iterable[tuple[str, Any]]) -> None:
        """Collect the values that the sender marked as identifiers. Some may be collected already."""
        for field, value in marked:
            namespace = FREE.get(field)
            if namespace is None:
                self.violations.append(Violation(UNKNOWN_NAME, attribute=field, sample=sample(value)))
            else:
                self._take(field, value, namespace)

    def _take(self, field: str, value: Any, namespace: str) -> bool:
        """Collect an identifier; return whether the field is consumed."""
        if field in self._plain:
            return False
        id_ = read_id(value)
        if id_ is None:
            self.violations.append(id_violation(field, namespace, value))
            return False
        # Consumed even if not used: an advertising id must not be stored as context either.
        if id_ and not (self._limited and namespace in ADVERTISING):
            self.add(namespace, id_)
        return True


def free_namespaces(fields: Mapping[str, Any], project: int, credentials: Credentials) -> Mapping[str, str]:
    """Return the namespaces of top-level fields in free JSON. `email` is one only if the value has an `@`.

    The vendor's `user_id` is the id of an installation; in free JSON it is mostly the sender's own id of a customer, so
    only a value with this project's app id is read as an installation.
    """
    namespaces = dict(FREE)
    email = fields.get("email")
    if type(email) is not str or "@" not in email:
        del namespaces["email"]
    user = fields.get("user_id")
    if type(user) is str and credentials.project(APP_ID_KIND, user[:-UUID_LENGTH]) == project:
        namespaces["user_id"] = "anonymous_id"
    return namespaces
