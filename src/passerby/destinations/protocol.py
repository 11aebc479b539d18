"""Protocol of the configurations of destinations, which are part of the control plane."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol, Self

from passerby.destinations.records import Destination, PauseReason
from passerby.errors import StoreBroken, StoreUnavailable

MOST: Final = 200
"""Destinations of a project."""


class ConfigurationsUnavailable(StoreUnavailable):
    """The file of the configurations cannot be read."""

    store = "the configurations of destinations"


class ConfigurationsBroken(StoreBroken):
    """The configurations cannot be read or written: a damaged file, or a bug."""

    store = "the configurations of destinations"


class SecretsUnreadable(StoreBroken):
    """Secrets cannot be encrypted or decrypted: the key is missing, is another one, or a secret is damaged."""

    store = "the secrets of destinations"


class UnknownDestination(Exception):
    """The project has no destination with this id."""


class NameTaken(Exception):
    """Another destination of the project has this name."""


class TooManyDestinations(Exception):
    """The project has `MOST` destinations."""


class VersionChanged(Exception):
    """The destination was changed since the version that a change is based on."""


class Configured(NamedTuple):
    """A destination, the name of its project, and the item of the outbox after which its delivery begins."""

    destination: Destination
    project: str
    begin_after: int


class ConfigurationsSnapshot(NamedTuple):
    """The destinations of all projects as of a revision."""

    revision: int
    destinations: list[Configured]


class Destinations(Protocol):
    """Stores configurations of destinations, secrets encrypted. Writes are durable at return."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None: ...

    def of_project(self, project: int) -> list[Destination]:
        """Return the destinations of a project, oldest first. Raises SecretsUnreadable."""

    def get(self, project: int, id: str) -> Destination:  # noqa: A002 - what it is called everywhere
        """Return a destination. Raises UnknownDestination, and as `of_project`."""

    def add(self, destination: Destination, begin_after: int) -> None:
        """Add a destination. Raises NameTaken, TooManyDestinations."""

    def replace(self, destination: Destination) -> Destination:
        """Replace a destination of the same version, and return it with the next one.

        Raises UnknownDestination, VersionChanged, NameTaken.
        """

    def set_state(self, id: str, reason: PauseReason, at: int) -> None:  # noqa: A002 - as above
        """Pause a destination for this reason; resume it with ""."""

    def delete(self, project: int, id: str) -> None:  # noqa: A002 - as above
        """Delete a destination. Raises UnknownDestination."""

    def changes_since(self, revision: int) -> ConfigurationsSnapshot | None:
        """Return all destinations if there was a change since a revision (0: the first call), else None.

        One whose secrets cannot be decrypted is left out: it must not stop the others.
        """


class DestinationsEngine(Protocol):
    """Opens the configurations of destinations, which are part of the control plane."""

    def version(self) -> tuple[str, str]:
        """Return the name of the engine and its version."""

    def open_store(self) -> Destinations:
        """Open the configurations. One instance belongs to one thread. Raises NewerFile."""

    def secret_keys(self) -> frozenset[str]:
        """Return the ids of the keys that stored secrets are encrypted with. Creates and migrates nothing.

        Raises ConfigurationsUnavailable.
        """
