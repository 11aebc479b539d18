"""What a project wants of identity, as a form; and who changed it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody

from passerby.api.answers import PolicyHistory
from passerby.api.errors import invalid
from passerby.api.parameters import Page
from passerby.api.policy import change_policy, changes_of, policy_of
from passerby.console.screens import Visit, action, done, screen
from passerby.projects.policy import FIXED, IdentityPolicy, resolver_policy

CHANGES = 10
CLASS_WORDS = {
    "contact": "a contact: an address or number of a person",
    "device": "a device, or a browser",
    "advertising": "a device's advertising id",
    "hint": "a hint, which joins nobody",
}


class PolicyView(msgspec.Struct, kw_only=True):
    """The policy, the limits that hold where it says nothing, and its newest changes."""

    policy: IdentityPolicy
    default_limits: dict[str, int]
    classes: dict[str, str]
    changes: PolicyHistory


async def gather(visit: NamedDependency[Visit]) -> PolicyView:
    policy = await visit.run(policy_of, visit.access)
    defaults = resolver_policy(msgspec.structs.replace(policy, limits={})).limits
    return PolicyView(
        policy=policy,
        default_limits={name: limit for name, limit in defaults.items() if name not in FIXED},
        classes=CLASS_WORDS,
        changes=await visit.run(changes_of, visit.access, Page(CHANGES, None)),
    )


async def change(visit: NamedDependency[Visit], data: URLEncodedBody[dict[str, Any]]) -> Response[Any]:
    before = await visit.run(policy_of, visit.access)
    changed = await visit.run(change_policy, visit.access, visit.who, policy_in(data, before))
    await visit.note("policy.changed", details=msgspec.to_builtins(changed))
    return done(visit, "/settings/policy", "saved")


def policy_in(form: dict[str, Any], before: IdentityPolicy) -> IdentityPolicy:
    """The policy that a form asks for. Raises ApiError for what cannot be one."""
    given = {
        "blocked_values": [line.strip() for line in str(form.get("blocked_values", "")).splitlines() if line.strip()],
        "limits": {name[len(_LIMIT) :]: text for name, text in form.items() if name.startswith(_LIMIT) and text != ""},
        "contact_traits": _several(form.get("contact_traits", [])),
        "namespaces": before.namespaces | _added(form),
    }
    try:
        return msgspec.convert(given, IdentityPolicy, strict=False)
    except msgspec.ValidationError as error:
        raise invalid("policy", str(error)) from None


_LIMIT = "limit."


def _several(value: Any) -> list[Any]:
    """What a form gives for a field that may be there several times."""
    return value if isinstance(value, list) else [value]


def _added(form: dict[str, Any]) -> dict[str, Any]:
    name = str(form.get("namespace", "")).strip()
    return {name: form.get("class")} if name else {}


routes = [screen("/settings/policy", gather, "policy.html"), action("/settings/policy", change)]
