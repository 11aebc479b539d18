"""Best-effort project lookup for rejected requests, from any key found in them.

Nothing is authenticated here: the result decides which project's users can see a rejected request, not what is written.
"""

from __future__ import annotations

from typing import Protocol

from passerby.dialects import registry
from passerby.dialects.dialect import RequestParts


class KeyDirectory(Protocol):
    """Finds the project of a public key, or of a secret that leads to one by itself; see `contract.Credentials`."""

    def project(self, kind: str, key: str) -> int | None: ...

    def secret_project(self, kind: str, secret: str) -> int | None: ...


def project_of(dialect: str, request: RequestParts, directory: KeyDirectory) -> int | None:
    """Return the project of the first known key in a request of this dialect, or None."""
    spoken = registry.NAMED.get(dialect)
    if spoken is None:
        return None
    for kind, value in spoken.find_keys(request):
        find = directory.secret_project if registry.KEY_KINDS[kind].secret else directory.project
        project = find(kind, value)
        if project is not None:
            return project
    return None
