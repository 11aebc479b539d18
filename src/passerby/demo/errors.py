"""Errors of `passerby demo`. Each message says what to do."""

from __future__ import annotations


class DemoError(Exception):
    """Base class: the demo cannot continue."""


class NoServer(DemoError):
    """No server is running on the data directory."""

    def __init__(self, folder: object) -> None:
        super().__init__(
            f"no server is running on {folder}: start one with `passerby serve --data {folder}`, "
            "or give the data directory of the running server with --data"
        )


class NoPublicKey(DemoError):
    """The project has no public key of a kind that a dialect's requests need."""

    def __init__(self, kind: str, project: str) -> None:
        super().__init__(
            f"project {project!r} has no {kind}: add one with `passerby keys add {kind} --project {project}`"
        )


class ServerGone(DemoError):
    """The server stopped responding during the demo."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} does not respond any more: see the server log")
