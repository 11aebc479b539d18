"""What each route needs of a token, and what the audit log says of it. A route that is not here fails at start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from passerby.projects.scopes import Scope


class Need(NamedTuple):
    """The scope that a token must have, and the action that is noted; None for what changes nothing."""

    scope: Scope
    action: str | None = None


NEEDS: Final[Mapping[str, Need]] = {
    "findProfiles": Need(Scope.READ),
    "getProfile": Need(Scope.READ),
    "getProfileSummary": Need(Scope.READ),
    "listEvents": Need(Scope.READ),
    "listHistory": Need(Scope.READ),
    "explainIdentifier": Need(Scope.READ),
    "listMerges": Need(Scope.READ),
    "getMerge": Need(Scope.READ),
    "previewIdentity": Need(Scope.READ),
    "undoMerge": Need(Scope.IDENTITY, "merge.undone"),
    "mergeProfiles": Need(Scope.IDENTITY, "profiles.merged"),
    "detachIdentifier": Need(Scope.IDENTITY, "identifier.detached"),
    "undoDetachment": Need(Scope.IDENTITY, "detachment.undone"),
    "listDuplicates": Need(Scope.READ),
    "dismissDuplicate": Need(Scope.IDENTITY, "duplicate.dismissed"),
    "restoreDuplicate": Need(Scope.IDENTITY, "duplicate.restored"),
    "getPolicy": Need(Scope.READ),
    "setPolicy": Need(Scope.MANAGE, "policy.changed"),
    "listPolicyChanges": Need(Scope.READ),
    "getCatalogue": Need(Scope.READ),
    "countValuesByType": Need(Scope.READ),
    "changeAttributeType": Need(Scope.MANAGE, "catalogue.type_changed"),
    "listAliases": Need(Scope.READ),
    "addAlias": Need(Scope.MANAGE, "catalogue.merged"),
    "undoAlias": Need(Scope.MANAGE, "catalogue.merge_undone"),
    "deleteNames": Need(Scope.MANAGE, "catalogue.deleted"),
    "listMarks": Need(Scope.READ),
    "setMark": Need(Scope.MANAGE, "catalogue.marked"),
    "listVolumes": Need(Scope.READ),
    "listViolations": Need(Scope.READ),
    "getStats": Need(Scope.READ),
    "getSeries": Need(Scope.READ),
    "listRecent": Need(Scope.READ),
    "followLive": Need(Scope.READ),
    "listRefused": Need(Scope.READ),
    "getEvent": Need(Scope.READ),
    "listKeys": Need(Scope.MANAGE),
    "addKey": Need(Scope.MANAGE, "key.added"),
    "rotateKey": Need(Scope.MANAGE, "key.rotated"),
    "revokeKey": Need(Scope.MANAGE, "key.revoked"),
    "getProject": Need(Scope.READ),
    "changeProject": Need(Scope.MANAGE, "project.changed"),
    "listAudit": Need(Scope.MANAGE),
    "exportAudit": Need(Scope.MANAGE),
    "exportAuditAsCsv": Need(Scope.MANAGE),
    "deleteTestData": Need(Scope.MANAGE, "test_data.deleted"),
    "sendTestEvent": Need(Scope.MANAGE, "source.tested"),
}
"""By the operation's id."""


class NoNeed(Exception):
    """A route does not say what it needs, or changes something without saying what is noted of it."""

    def __init__(self, operation: str) -> None:
        super().__init__(f"{operation} has no need declared in passerby.api.needs")


NOTHING_CHANGES: Final = frozenset({"previewIdentity"})
"""Operations that are no GET and change nothing."""


_ASKING: Final = {"OPTIONS"}
"""What the framework adds to every path by itself: it says which methods there are, and nothing else."""


def need_of(handler: BaseRouteHandler) -> Need:
    """What a route needs. Raises NoNeed."""
    if getattr(handler, "http_methods", None) == _ASKING:
        return Need(Scope.READ)
    operation = str(getattr(handler, "operation_id", ""))
    if operation not in NEEDS:
        raise NoNeed(operation)
    return NEEDS[operation]


def declared(handlers: Iterable[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """These handlers, each of which says what it needs, and what is noted where it changes something. Raises NoNeed."""
    found = list(handlers)
    for handler in found:
        operation = str(handler.operation_id)
        changes = not handler.http_methods <= {"GET", "HEAD"} and operation not in NOTHING_CHANGES
        if changes != (need_of(handler).action is not None):
            raise NoNeed(operation)
    return found
