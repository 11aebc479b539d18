"""Creates projects with a key of every kind, as `passerby init` does."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from passerby.accounts.keys import API_TOKEN, KINDS
from passerby.accounts.protocol import Projects
from passerby.clock import now_ms

FIRST_PROJECT = "default"
CONSOLE_USER = "admin"


class ConsoleLogin(msgspec.Struct, frozen=True):
    user: str
    password: str


class ProjectKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of one project in plain text: one of each kind, by kind."""

    project: str
    keys: Mapping[str, str]

    @property
    def api_token(self) -> str:
        return self.keys[API_TOKEN]

    def document(self) -> dict[str, object]:
        """Return the JSON object of `passerby init --json`: keys grouped by dialect.

        `{"project": "default", "api_token": "pby_…", "segment": {"write_key": "…"}, …}`
        """
        document: dict[str, object] = {"project": self.project}
        for kind, value in self.keys.items():
            owner, _, field = kind.partition(".")
            if field:
                fields = document.setdefault(owner, {})
                fields[field] = int(value) if KINDS[kind].number else value  # type: ignore[index]  # a dict, as above
            else:
                document[owner] = value
        return document


class FirstKeys(ProjectKeys, frozen=True, kw_only=True):
    """The keys of the first project and the console's login, which `passerby init` prints once."""

    console: ConsoleLogin

    def document(self) -> dict[str, object]:
        return super().document() | {"console": msgspec.to_builtins(self.console)}


def found_project(store: Projects, name: str) -> ProjectKeys:
    """Add a project with a key of every kind. Raises BadProjectName, ProjectExists."""
    with store.transaction():  # a project without keys could not be used, and its name would be taken
        return ProjectKeys(project=name, keys=project_with_keys(store, name))


def project_with_keys(store: Projects, name: str) -> dict[str, str]:
    """Add a project with a key of every kind; return their values by kind. Within a transaction."""
    now = now_ms()
    project = store.add_project(name, now)
    return {kind: store.add_key(project, kind, now, label="created with the project").value for kind in KINDS}
