"""The command `passerby snippet`: the code that loads an SDK, with the project's keys filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from cyclopts import Parameter

from passerby.accounts.bootstrap import FIRST_PROJECT
from passerby.cli.app import Data, Project, open_store
from passerby.cli.errors import CommandError
from passerby.cli.output import say
from passerby.dialects import registry

if TYPE_CHECKING:
    Kind = str
else:  # type checkers accept no computed Literal
    Kind = Literal[tuple(registry.COMMANDS)]


class NoAddress(CommandError):
    """The value of `--url` is not an HTTP address."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} is not the address of an ingest port: expected a URL such as https://cdp.example.com")


class NoPublicKey(CommandError):
    """The project has no key of a kind that the snippet needs."""

    def __init__(self, kind: str, project: str) -> None:
        super().__init__(
            f"project {project} has no {kind}: add one with `passerby keys add {kind} --project {project}`"
        )


def snippet(
    kind: Annotated[Kind, Parameter(help="Type of snippet: a web page, Google Tag Manager, or an app.")],
    *,
    url: Annotated[str, Parameter(help="Public URL of the ingest port, such as https://cdp.example.com.")],
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Print the snippet that makes a page or an app send its events to a project."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise NoAddress(url)
    chosen = registry.COMMANDS[kind]
    keys: dict[str, str] = {}
    with open_store(data) as store:
        for key in store.keys(store.project(project)):
            if key.kind in chosen.kinds and key.revoked_at is None and key.value is not None:
                keys[key.kind] = key.value  # the newest, as keys are listed oldest first
    for needed in chosen.kinds:
        if needed not in keys:
            raise NoPublicKey(needed, project)
    say(chosen.make(url.rstrip("/"), keys))
