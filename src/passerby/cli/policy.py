"""The commands `passerby projects policy ...`: show, set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from passerby.accounts.bootstrap import FIRST_PROJECT
from passerby.accounts.policy import IdentityPolicy
from passerby.cli.app import Data, Json, access_to
from passerby.cli.errors import CommandError
from passerby.cli.output import say, say_json
from passerby.clock import iso
from passerby.services import policy
from passerby.services.cursors import Page

commands = App(name="policy", help="Show or change the identity policy of a project.")

_CHANGES = 100

Name = Annotated[str, Parameter(help="Project name.")]


class BadPolicyFlag(CommandError):
    """A flag or a policy file is invalid."""


@commands.command
def show(
    name: Name = FIRST_PROJECT,
    *,
    history: Annotated[bool, Parameter(negative="", help="Show the last 100 changes, newest first.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show the identity policy of a project: blocked values, limits, contact traits, additional namespaces."""
    with access_to(data, name) as access:
        found = policy.get_policy(access)
        changes = policy.list_policy_changes(access, Page(_CHANGES)).items if history else []
    if history:
        say_json([msgspec.structs.asdict(each) | {"at": iso(each.at)} for each in changes])
    elif json:
        say_json(found)
    else:
        say(f"blocked values  {', '.join(found.blocked_values)}")
        say(f"limits          {', '.join(f'{name}={most}' for name, most in found.limits.items())}")
        say(f"contact traits  {', '.join(found.contact_traits)}")
        say(f"namespaces      {', '.join(f'{name}={class_}' for name, class_ in found.namespaces.items())}")


@commands.command(name="set")
def change(  # noqa: PLR0913 - one parameter for each flag
    name: Name = FIRST_PROJECT,
    *,
    block: Annotated[tuple[str, ...] | None, Parameter(help="Blocked identifier value. May be repeated.")] = None,
    limit: Annotated[
        tuple[str, ...] | None,
        Parameter(help="Identifier limit, such as `mobile_id=50`. May be repeated."),
    ] = None,
    contact_trait: Annotated[
        tuple[str, ...] | None, Parameter(help="Trait used as a contact identifier: email, phone. May be repeated.")
    ] = None,
    namespace: Annotated[
        tuple[str, ...] | None,
        Parameter(help="Additional namespace, such as `card=contact` (or device, advertising, hint). May be repeated."),
    ] = None,
    file: Annotated[Path | None, Parameter(help="Read the policy from a file, as written by `show --json`.")] = None,
    data: Data = None,
) -> None:
    """Change the identity policy of a project. Parts not given keep their values; namespaces are only added."""
    given = {"blocked_values": block, "limits": _pairs(limit), "contact_traits": contact_trait}
    with access_to(data, name) as access:
        try:
            if file:
                wished = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
            else:
                wished = msgspec.to_builtins(policy.get_policy(access))
        except msgspec.MsgspecError as fault:
            raise BadPolicyFlag(f"{file} is not a valid policy file: {fault}") from None
        wished |= {field: value for field, value in given.items() if value is not None}
        # Added to, unlike the other parts: a namespace cannot be removed, because profiles may hold identifiers of it.
        wished["namespaces"] = wished.get("namespaces", {}) | (_pairs(namespace) or {})
        try:
            changed = msgspec.convert(wished, IdentityPolicy)
        except msgspec.ValidationError as fault:
            raise BadPolicyFlag(f"invalid policy: {fault}") from None
        policy.change_policy(access, changed)
    say(f"Changed the policy of project {name}. It applies to messages received from about a second from now.")


def _pairs(given: tuple[str, ...] | None) -> dict[str, Any] | None:
    """Parse `("a=1", "b=contact")` into a dict. Decimal values become integers."""
    if given is None:
        return None
    split = [each.partition("=") for each in given]
    return {name: int(value) if value.isdecimal() else value for name, _, value in split}
