"""Identity policy of a project: the form, and the latest changes."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody

from passerby.accounts.policy import FIXED, HIGHEST_LIMIT, IdentityPolicy, PolicyChange, resolver_policy
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

_DIGITS = 10
_LIMIT = "limit."
"""Prefix of the fields of limits, as in `limit.mobile_id`."""


class PolicyView(msgspec.Struct, kw_only=True):
    """The policy, the limits that apply unless it has others, the labels of classes, and its latest changes."""

    policy: IdentityPolicy
    default_limits: dict[str, int]
    classes: dict[str, str]
    changes: list[PolicyChange]


async def load(page: NamedDependency[PageContext]) -> PolicyView:
    found = await page.run(policy.get_policy, page.access)
    defaults = resolver_policy(msgspec.structs.replace(found, limits={})).limits
    changes = await page.run(policy.list_policy_changes, page.access, Page(CHANGES, None))
    return PolicyView(
        policy=found,
        default_limits={name: limit for name, limit in defaults.items() if name not in FIXED},
        classes=CLASS_WORDS,
        changes=changes.items,
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
    """Read the policy from the form. Raises ServiceError for an invalid value."""
    for name, text in form.items():
        if name.startswith(_LIMIT) and not _is_limit(str(text)):
            raise invalid(name, f"enter a number from 1 to {HIGHEST_LIMIT:,}, or leave this empty")
    traits, added = form.get("contact_traits", []), str(form.get("namespace", "")).strip()
    given = {
        "blocked_values": [line.strip() for line in str(form.get("blocked_values", "")).splitlines() if line.strip()],
        "limits": {name[len(_LIMIT) :]: text for name, text in form.items() if name.startswith(_LIMIT) and text != ""},
        # A field that is sent once is not a list.
        "contact_traits": traits if isinstance(traits, list) else [traits],
        "namespaces": before.namespaces | ({added: form.get("class")} if added else {}),
    }
    try:
        return msgspec.convert(given, IdentityPolicy, strict=False)
    except msgspec.ValidationError as error:
        # The message ends with the path of the invalid value, such as ` - at $.namespaces[...]`.
        message, part = str(error).partition(" - at ")[0], str(error).rpartition("$.")[2].partition("[")[0]
        field = {"contact_traits": "contact_traits", "namespaces": "class"}.get(part, "blocked_values")
        raise invalid(field, message) from None


def _is_limit(text: str) -> bool:
    """Return whether a text is empty or a number in range; the number of digits is bounded before it is parsed."""
    return text == "" or (
        text.isascii() and text.isdecimal() and len(text) < _DIGITS and 1 <= int(text) <= HIGHEST_LIMIT
    )


routes = [page_route("/settings/policy", load, "policy.html"), form_route("/settings/policy", change)]
