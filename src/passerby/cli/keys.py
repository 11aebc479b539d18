"""The commands `passerby keys ...`: list, add, rotate, revoke."""

from __future__ import annotations

import sys
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
from passerby.schemas.keys import key_info
from passerby.services import keys

commands = App(name="keys", help="List, add, rotate and revoke the keys of a project.")

FROM_STANDARD_INPUT = "-"
GRACES_MS = {"0": 0, "1h": 3_600_000, "24h": 86_400_000, "7d": GRACE_MS}
"""Grace periods after which a rotated key stops working, in milliseconds."""


class SecretOnCommandLine(CommandError):
    """A secret was given as an argument. Other users of a machine can read the arguments of processes."""

    def __init__(self) -> None:
        super().__init__("a secret cannot be given on the command line: use `--value -` and write it to standard input")


@commands.command(name="list")
def list_keys(*, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False) -> None:
    """List the keys of a project. Secrets are stored hashed and cannot be shown."""
    with access_to(data, project) as access:
        found = keys.list_keys(access)
    if json:
        shown = [msgspec.structs.asdict(key_info(key)) | {"project": project} for key in found]
        for each in shown:
            del each["scopes"]  # never part of this output, which scripts read
        say_json(shown)
        return
    headings = ("number", "kind", "value", "label", "created", "last used", "calls in 1 h", "revoked")
    rows = []
    for key in found:
        ends_at = key.expires_at if key.revoked_at is None else key.revoked_at
        used, revoked = ("" if at is None else iso(at) for at in (key.last_used_at, ends_at))
        number, calls, value = str(key.id), str(key.calls_last_hour), key.value or "(secret)"
        rows.append((number, key.kind, value, key.label, iso(key.created_at), used, calls, revoked))
    say_table(headings, rows)


@commands.command
def add(  # noqa: PLR0913 - a command has as many flags as it needs
    kind: Annotated[str, Parameter(help=f"Kind of key: one of {', '.join(KINDS)}.")],
    *,
    value: Annotated[
        str,
        Parameter(
            help="Existing key to register; `-` reads it from standard input. Default: a new random key.",
            allow_leading_hyphen=True,
        ),
    ] = "",
    label: Annotated[str, Parameter(help="Label, to recognise the key by.")] = "",
    scope: Annotated[
        tuple[Literal["read", "identity", "manage"], ...] | None,
        Parameter(help="Scope of an API token. May be repeated. Default: all scopes."),
    ] = None,
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """Add a key to a project and print it. A secret is shown only once."""
    scopes = EVERY if scope is None else frozenset(map(Scope, scope))
    with access_to(data, project) as access:
        added = keys.add_key(access, kind, value=_given(kind, value), label=label, scopes=scopes)
    if json:
        say_json(added)
    else:
        say(f"Added key {added.id} to project {project}: {added.kind} {added.value}")


@commands.command
def rotate(
    number: Annotated[int, Parameter(help="Key number; see `passerby keys list`.")],
    *,
    grace: Annotated[
        Literal["0", "1h", "24h", "7d"], Parameter(help="How long the replaced key remains valid; 0: revoked at once.")
    ] = "0",
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """Replace a key with a new one of the same kind, label and scopes, and print it. A secret is shown only once."""
    with access_to(data, project) as access:
        now = access.context.now()
        made = keys.rotate_key(access, number, grace_seconds=GRACES_MS[grace] // 1000)
    if json:
        say_json(made)
        return
    until = f"remains valid until {iso(now + GRACES_MS[grace])}" if GRACES_MS[grace] else "is revoked"
    say(f"Added key {made.id} to project {project}: {made.kind} {made.value}\nKey {number} {until}.")


@commands.command
def revoke(
    number: Annotated[int, Parameter(help="Key number; see `passerby keys list`.")],
    *,
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """Revoke a key permanently. A running server rejects it within about a second."""
    with access_to(data, project) as access:
        keys.revoke_key(access, number)
    if json:
        say_json({"id": number, "revoked": True})
    else:
        say(f"Revoked key {number} of project {project}.")


def _given(kind: str, value: str) -> str:
    """Return the value of a key as an argument or from standard input. Raises SecretOnCommandLine."""
    if value == FROM_STANDARD_INPUT:
        return sys.stdin.readline().strip()
    if value and kind_named(kind).secret:
        raise SecretOnCommandLine
    return value
