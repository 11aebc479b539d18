"""The commands `passerby keys ...`: list, add, rotate, revoke."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from cyclopts import App, Parameter

from passerby.accounts.bootstrap import FIRST_PROJECT
from passerby.accounts.keys import KINDS, kind_named
from passerby.accounts.records import GRACE_MS
from passerby.accounts.scopes import EVERY, Scope
from passerby.cli.app import Data, Json, Project, access_to
from passerby.cli.errors import CommandError
from passerby.cli.output import say, say_json, say_table
from passerby.clock import iso
from passerby.services import keys
from passerby.services.management_answers import KeyInfo

commands = App(name="keys", help="List, add, rotate and revoke the keys of a project.")

FROM_STANDARD_INPUT = "-"
GRACES_MS = {"0": 0, "1h": 3_600_000, "24h": 86_400_000, "7d": GRACE_MS}
"""The choices of how long a rotated key goes on working, in milliseconds."""


class SecretOnCommandLine(CommandError):
    """Other users of a machine can read command lines."""

    def __init__(self) -> None:
        super().__init__("a secret does not belong on a command line: write `--value -` and give it on standard input")


@commands.command(name="list")
def list_keys(*, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False) -> None:
    """List the keys of a project. Secrets are stored hashed and cannot be shown."""
    with access_to(data, project) as access:
        found = keys.list_keys(access).keys
    if json:
        say_json([_shown(key) | {"project": project} for key in found])
        return
    headings = ("number", "kind", "value", "label", "made", "last used", "calls in 1 h", "revoked")
    say_table(headings, [_row(key) for key in found])


@commands.command
def add(  # noqa: PLR0913 - a command has as many flags as it needs
    kind: Annotated[str, Parameter(help=f"One of {', '.join(KINDS)}.")],
    *,
    value: Annotated[
        str,
        Parameter(
            help="The key that clients use already; `-` reads it from standard input. Else a new random one.",
            allow_leading_hyphen=True,
        ),
    ] = "",
    label: Annotated[str, Parameter(help="What it is for.")] = "",
    scope: Annotated[
        tuple[Literal["read", "identity", "manage"], ...] | None,
        Parameter(help="What an API token may do; everything, where none is given. May be repeated."),
    ] = None,
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """Give a project another key, and print it. A secret is printed this once."""
    with access_to(data, project) as access:
        added = keys.add_key(access, kind, value=_given(kind, value), label=label, scopes=_scopes(scope))
    if json:
        say_json(added)
    else:
        say(f"{added.kind} {added.value} is key number {added.id} of project {project}")


@commands.command
def rotate(
    number: Annotated[int, Parameter(help="The key's number, as `passerby keys list` shows it.")],
    *,
    grace: Annotated[
        Literal["0", "1h", "24h", "7d"], Parameter(help="How long the replaced key goes on working; 0: not at all.")
    ] = "0",
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """Replace a key by a fresh one of the same kind, label and scopes, and print it. A secret is printed this once."""
    with access_to(data, project) as access:
        now = access.context.now()
        made = keys.rotate_key(access, number, grace_seconds=GRACES_MS[grace] // 1000)
    if json:
        say_json(made)
        return
    until = f"works until {iso(now + GRACES_MS[grace])}" if GRACES_MS[grace] else "is revoked"
    say(f"{made.kind} {made.value} is key number {made.id} of project {project}; key number {number} {until}")


@commands.command
def revoke(
    number: Annotated[int, Parameter(help="The key's number, as `passerby keys list` shows it.")],
    *,
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """Stop a key for good. Running processes follow within about a second."""
    with access_to(data, project) as access:
        keys.revoke_key(access, number)
    if json:
        say_json({"id": number, "revoked": True})
    else:
        say(f"Key number {number} of project {project} is revoked.")


def _scopes(given: Iterable[str] | None) -> frozenset[Scope]:
    return EVERY if given is None else frozenset(map(Scope, given))


def _given(kind: str, value: str) -> str:
    if value == FROM_STANDARD_INPUT:
        return sys.stdin.readline().strip()
    if value and kind_named(kind).secret:
        raise SecretOnCommandLine
    return value


def _shown(key: KeyInfo) -> dict[str, object]:
    return {name: value for name, value in msgspec.structs.asdict(key).items() if name != "scopes"}


def _row(key: KeyInfo) -> tuple[str, ...]:
    revoked = key.revoked_at or key.expires_at or ""
    used, calls = key.last_used_at or "", str(key.calls_last_hour)
    return str(key.id), key.kind, key.value or "(secret)", key.label, key.created_at, used, calls, revoked
