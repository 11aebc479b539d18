"""Each project's identity policy, out of its settings."""

from __future__ import annotations

from functools import lru_cache

from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.policy import resolver_policy
from passerby.accounts.records import ProjectSettings
from passerby.identity.namespaces import Policy


class Policies:
    """The policies of all projects as the control file says; `refresh` between batches takes changes up."""

    def __init__(self, credentials: ProjectCredentials) -> None:
        self._credentials = credentials

    def of(self, project: int) -> Policy:
        """The policy of a project."""
        return policy_of(self._credentials.settings(project))

    def refresh(self) -> None:
        """Take up what has changed in the control file."""
        self._credentials.refresh_if_changed()


@lru_cache(maxsize=1024)
def policy_of(settings: ProjectSettings) -> Policy:
    """The resolver's policy out of a project's settings."""
    return resolver_policy(settings.policy, settings.phone_country)
