"""What a project wants of identity, as a form; and who changed it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody

from passerby.accounts.policy import FIXED, HIGHEST_LIMIT, IdentityPolicy, resolver_policy
from passerby.clock import iso
from passerby.console.routing import PageContext, form_route, page_route, redirect_to
from passerby.services import policy
from passerby.services.cursors import Page
from passerby.services.errors import ServiceError, invalid

CHANGES = 10
CLASS_WORDS = {
    "contact": "Contact: email address or phone number of a user",
    "device": "Device or browser",
    "advertising": "Advertising ID of a device",
    "hint": "Hint: never merges profiles",
}


class PolicyChangeView(msgspec.Struct, kw_only=True):
    """A change of the policy, with its time in ISO 8601."""

    at: str
    who: str
    before: IdentityPolicy
    after: IdentityPolicy


class PolicyView(msgspec.Struct, kw_only=True):
    """The policy, the limits that hold where it says nothing, and its newest changes."""

    policy: IdentityPolicy
    default_limits: dict[str, int]
    classes: dict[str, str]
    changes: list[PolicyChangeView]


async def load(page: NamedDependency[PageContext]) -> PolicyView:
    found = await page.run(policy.get_policy, page.access)
    defaults = resolver_policy(msgspec.structs.replace(found, limits={})).limits
    changes = await page.run(policy.list_policy_changes, page.access, Page(CHANGES, None))
    return PolicyView(
        policy=found,
        default_limits={name: limit for name, limit in defaults.items() if name not in FIXED},
        classes=CLASS_WORDS,
        changes=[
            PolicyChangeView(at=iso(each.at), who=each.who, before=each.before, after=each.after)
            for each in changes.items
        ],
    )


async def change(page: NamedDependency[PageContext], data: URLEncodedBody[dict[str, Any]]) -> Response[Any]:
    before = await page.run(policy.get_policy, page.access)
    wanted = policy_in(data, before)
    try:
        await page.run(policy.change_policy, page.access, wanted)
    except ServiceError as error:
        raise invalid("namespace", error.details["parameters"][0]["message"]) from None
    return redirect_to(page, "/settings/policy", "saved")


def policy_in(form: dict[str, Any], before: IdentityPolicy) -> IdentityPolicy:
    """The policy that a form asks for. Raises ServiceError for what cannot be one."""
    for name, text in form.items():
        if name.startswith(_LIMIT) and not _is_limit(str(text)):
            raise invalid(name, f"enter a number from 1 to {HIGHEST_LIMIT:,}, or leave this empty")
    given = {
        "blocked_values": [line.strip() for line in str(form.get("blocked_values", "")).splitlines() if line.strip()],
        "limits": {name[len(_LIMIT) :]: text for name, text in form.items() if name.startswith(_LIMIT) and text != ""},
        "contact_traits": _several(form.get("contact_traits", [])),
        "namespaces": before.namespaces | _added(form),
    }
    try:
        return msgspec.convert(given, IdentityPolicy, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(_field(str(error)), str(error).partition(" - at ")[0]) from None


def _is_limit(text: str) -> bool:
    return text == "" or (
        text.isascii() and text.isdecimal() and len(text) < _DIGITS and 1 <= int(text) <= HIGHEST_LIMIT
    )


def _field(message: str) -> str:
    """The field that a message of the validation is about: it ends with the path of the value."""
    path = message.rpartition("$.")[2]
    return {"contact_traits": "contact_traits", "namespaces": "class"}.get(path.partition("[")[0], "blocked_values")


_DIGITS = 10
_LIMIT = "limit."


def _several(value: Any) -> list[Any]:
    """What a form gives for a field that may be there several times."""
    return value if isinstance(value, list) else [value]


def _added(form: dict[str, Any]) -> dict[str, Any]:
    name = str(form.get("namespace", "")).strip()
    return {name: form.get("class")} if name else {}


routes = [page_route("/settings/policy", load, "policy.html"), form_route("/settings/policy", change)]
