"""Identity policies of projects, from their settings."""

from __future__ import annotations

from functools import lru_cache

from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.policy import resolver_policy
from passerby.accounts.records import ProjectSettings
from passerby.identity.namespaces import Policy


class Policies:
    """The policies of all projects. The worker calls `refresh` between batches, so a batch has one policy."""

    def __init__(self, credentials: ProjectCredentials) -> None:
        self._credentials = credentials

    def of(self, project: int) -> Policy:
        """Return the policy of a project."""
        return policy_of(self._credentials.settings(project))

    def refresh(self) -> None:
        """Apply changes of the control plane."""
        self._credentials.refresh_if_changed()


@lru_cache(maxsize=1024)
def policy_of(settings: ProjectSettings) -> Policy:
    """Convert a project's settings to the resolver's policy."""
    return resolver_policy(settings.policy, settings.phone_country)
