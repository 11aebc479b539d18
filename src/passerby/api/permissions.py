"""The scope that each route requires of a token. A route that is not listed fails at startup.

The services check the permission once more; this check comes before a request's body is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from passerby.accounts.scopes import Scope

REQUIRED_SCOPES: Final[Mapping[str, Scope]] = {
    "findProfiles": Scope.READ,
    "getProfile": Scope.READ,
    "getProfileSummary": Scope.READ,
    "listEvents": Scope.READ,
    "listHistory": Scope.READ,
    "explainIdentifier": Scope.READ,
    "listMerges": Scope.READ,
    "getMerge": Scope.READ,
    "previewIdentity": Scope.READ,
    "undoMerge": Scope.IDENTITY,
    "mergeProfiles": Scope.IDENTITY,
    "detachIdentifier": Scope.IDENTITY,
    "undoDetachment": Scope.IDENTITY,
    "listDuplicates": Scope.READ,
    "dismissDuplicate": Scope.IDENTITY,
    "restoreDuplicate": Scope.IDENTITY,
    "getPolicy": Scope.READ,
    "setPolicy": Scope.MANAGE,
    "listPolicyChanges": Scope.READ,
    "getCatalogue": Scope.READ,
    "countValuesByType": Scope.READ,
    "changeAttributeType": Scope.MANAGE,
    "listAliases": Scope.READ,
    "addAlias": Scope.MANAGE,
    "undoAlias": Scope.MANAGE,
    "deleteNames": Scope.MANAGE,
    "listAnnotations": Scope.READ,
    "setAnnotation": Scope.MANAGE,
    "listEventCounts": Scope.READ,
    "listViolations": Scope.READ,
    "getStats": Scope.READ,
    "getTimeSeries": Scope.READ,
    "listRecent": Scope.READ,
    "followLive": Scope.READ,
    "listRejectedRequests": Scope.READ,
    "getEvent": Scope.READ,
    "listKeys": Scope.MANAGE,
    "addKey": Scope.MANAGE,
    "rotateKey": Scope.MANAGE,
    "revokeKey": Scope.MANAGE,
    "getProject": Scope.READ,
    "changeProject": Scope.MANAGE,
    "listAudit": Scope.MANAGE,
    "exportAudit": Scope.MANAGE,
    "exportAuditAsCsv": Scope.MANAGE,
    "deleteTestData": Scope.MANAGE,
    "sendTestEvent": Scope.MANAGE,
    "listDestinationKinds": Scope.READ,
    "listDestinations": Scope.READ,
    "getDestination": Scope.READ,
    "getDestinationOverview": Scope.READ,
    "listDeadItems": Scope.READ,
    "addDestination": Scope.MANAGE,
    "changeDestination": Scope.MANAGE,
    "deleteDestination": Scope.MANAGE,
    "pauseDestination": Scope.MANAGE,
    "resumeDestination": Scope.MANAGE,
    "rotateDestinationSecret": Scope.MANAGE,
    "replayDestination": Scope.MANAGE,
}
"""By operation id."""

SUCCESSOR: Final = "successor"
"""Option of a route under its former path: the operation id of the route that it was renamed to."""


class UndeclaredScope(Exception):
    """A route does not declare the scope that it requires."""

    def __init__(self, operation: str) -> None:
        super().__init__(f"{operation} has no scope declared in passerby.api.permissions")


_ADDED_METHODS: Final = {"OPTIONS"}
"""The framework adds this method to every path. Its answer lists the other methods and no data."""


def required_scope(handler: BaseRouteHandler) -> Scope:
    """Return the scope that a route requires. Raises UndeclaredScope."""
    if getattr(handler, "http_methods", None) == _ADDED_METHODS:
        return Scope.READ
    operation = handler.opt.get(SUCCESSOR) or str(getattr(handler, "operation_id", ""))
    if operation not in REQUIRED_SCOPES:
        raise UndeclaredScope(operation)
    return REQUIRED_SCOPES[operation]


def declared(handlers: Iterable[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """Return these handlers after checking that each has a declared scope. Raises UndeclaredScope."""
    found = list(handlers)
    for handler in found:
        required_scope(handler)
    return found
