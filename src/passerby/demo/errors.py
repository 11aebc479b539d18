"""What can keep the demo from running, and what to do about it."""

from __future__ import annotations


class DemoError(Exception):
    """The demo cannot go on."""


class NoServer(DemoError):
    """The demo needs a server that runs on this data folder."""

    def __init__(self, folder: object) -> None:
        super().__init__(
            f"no server runs on {folder}: start one with `passerby serve --data {folder}`, "
            "or name the folder of the one that runs with --data"
        )


class NoPublicKey(DemoError):
    """The project lacks a key without which the demo cannot call a dialect."""

    def __init__(self, kind: str, project: str) -> None:
        super().__init__(
            f"project {project!r} has no {kind}: add one with `passerby keys add {kind} --project {project}`"
        )


class ServerGone(DemoError):
    """The server stopped answering while the demo ran."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} does not answer any more: look at the server's log")
