"""The command `passerby snippet`: what to paste into a page or an app, filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from cyclopts import Parameter

from passerby.accounts.bootstrap import FIRST_PROJECT
from passerby.accounts.protocol import Projects
from passerby.cli.app import Data, Project, open_store
from passerby.cli.errors import CommandError
from passerby.cli.output import say
from passerby.dialects import registry

if TYPE_CHECKING:
    Kind = str
else:  # the registry is known to the program only, and a type checker takes no computed Literal
    Kind = Literal[tuple(registry.COMMANDS)]


class NoAddress(CommandError):
    """A page cannot send to a place that is no address."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} is not the address of an ingest port: it looks like https://cdp.example.com")


class NoPublicKey(CommandError):
    """A project without the ids that a snippet needs."""

    def __init__(self, kind: str, project: str) -> None:
        super().__init__(f"project {project} has no {kind}: passerby keys add {kind} --project {project}")


def snippet(
    kind: Annotated[Kind, Parameter(help="For a page, Google Tag Manager, or an app.")],
    *,
    url: Annotated[str, Parameter(help="Where pages and apps reach the ingest port, as https://cdp.example.com.")],
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Print what to paste into a page or an app so that it sends its events to this project."""
    address = _checked(url)
    chosen = registry.COMMANDS[kind]
    with open_store(data) as store:
        keys = {needed: _newest(store, needed, project) for needed in chosen.kinds}
    say(chosen.make(address, keys))


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise NoAddress(url)
    return url.rstrip("/")


def _newest(store: Projects, kind: str, project: str) -> str:
    current = [key.value for key in store.keys(store.project(project)) if key.kind == kind and key.revoked_at is None]
    if not current or current[-1] is None:
        raise NoPublicKey(kind, project)
    return current[-1]
