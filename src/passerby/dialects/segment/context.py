"""Reads the `context` of Segment's spec: identifiers of the device, and the context stored with the message.

Source: Segment, Spec: Common Fields, context. A context is stored as sent with these exceptions: `traits` belongs to an
identify call and is removed; `userAgent` becomes `user_agent`, the name that all dialects share; and the address of the
sender is added if the context has none and the sender is the user's own browser or app. A server's address is not the
user's.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from passerby.dialects.common.context import AGENT_LIMIT, SESSION_LIMIT
from passerby.dialects.common.values import id_violation, read_id, says_no
from passerby.dialects.contract import Request
from passerby.messages import Identifier, Violation

CLIENT_LIBRARIES: Final = frozenset(
    {
        "@segment/analytics-react-native",
        "analytics-android",
        "analytics-flutter",
        "analytics-ios",
        "analytics-kotlin",
        "analytics-react-native",
        "analytics-swift",
        "analytics.js",
    }
)
"""`library.name` of SDKs that run on the user's device."""
CLIENT_CHANNELS: Final = frozenset({"browser", "client", "mobile", "web"})
"""`channel` of SDKs that run on the user's device."""
SERVER_CHANNEL: Final = "server"
"""`channel` of server SDKs."""
BROWSER: Final = "Mozilla/"
"""Prefix of every browser's user agent, and of no server library's."""

EXTERNAL: Final = "externalIds"
"""Member of the context with ids in custom namespaces."""

APPLE: Final = ("ios", "ipad", "iphone", "tvos")
ANDROID: Final = ("android",)
"""Prefixes of names of operating systems with an advertising id, in lower case."""


def device_identifiers(context: dict[str, Any]) -> list[Identifier]:
    """Return the device's id, which is a hint, and its advertising id unless ad tracking is limited."""
    device = context.get("device")
    if type(device) is not dict:
        return []
    found = []
    if hint := read_id(device.get("id")):
        found.append(Identifier("device_id", hint))
    advertising = read_id(device.get("advertisingId"))
    if not advertising or says_no(device.get("adTrackingEnabled")):
        return found
    # The spec has one field for all platforms: the device's type or the operating system tells them apart.
    system = context.get("os")
    for name in (device.get("type"), system.get("name") if type(system) is dict else None):
        lower = name.lower() if type(name) is str else ""
        if lower.startswith(APPLE):
            return [*found, Identifier("idfa", advertising)]
        if lower.startswith(ANDROID):
            return [*found, Identifier("aaid", advertising)]
    return found


def external_identifiers(
    context: dict[str, Any], namespaces: Collection[str], violations: list[Violation]
) -> list[Identifier]:
    """Return the external ids of these types, which are namespaces that the project has added to its identity policy.

    Source: Segment, Unify, custom externalIDs: `{"id", "type", "collection", "encoding"}`. Ids of other
    types, of other collections than users, and encoded ids are context only. An unreadable id is added to `violations`.
    """
    sent = context.get(EXTERNAL)
    found = []
    for each in sent if type(sent) is list else ():
        namespace = each.get("type") if type(each) is dict else None
        if type(namespace) is not str or namespace not in namespaces:
            continue
        # The spec requires both members; a missing one is read as its default.
        if (each.get("collection", "users"), each.get("encoding", "none")) != ("users", "none"):
            continue
        id_ = read_id(each.get("id"))
        if id_:
            found.append(Identifier(namespace, id_))
        elif id_ is None:
            violations.append(id_violation(f"context.{EXTERNAL}", namespace, each.get("id")))
    return found


def session_id(context: dict[str, Any]) -> str:
    """Return the session id of the SDK, or ""."""
    value = read_id(context.get("sessionId"), SESSION_LIMIT) if "sessionId" in context else None
    return value or ""


def kept(context: dict[str, Any], item: dict[str, Any], request: Request) -> dict[str, Any]:
    """Return the context to store with the message of `item`."""
    result = context.copy()
    result.pop("traits", None)
    if type(result.get(_AGENT)) is str:
        result["user_agent"] = result.pop(_AGENT)[:AGENT_LIMIT]
    if result.get("ip") is None:  # null asks for the sender's, as a missing one does
        result.pop("ip", None)
    if ("ip" not in result or "user_agent" not in result) and is_client(context, item, request):
        if request.client_ip:
            result.setdefault("ip", request.client_ip)
        agent = request.headers.get("user-agent")
        if agent:
            result.setdefault("user_agent", agent[:AGENT_LIMIT])
    return result


_AGENT: Final = "userAgent"


def is_client(context: dict[str, Any], item: dict[str, Any], request: Request) -> bool:
    """Return whether the sender is the user's own browser or app, by channel, library or user agent."""
    channel = item.get("channel")
    if type(channel) is str:  # the SDK's own statement takes precedence over what can be concluded
        return channel in CLIENT_CHANNELS
    library = context.get("library")
    name = library.get("name") if type(library) is dict else None
    if type(name) is str and name in CLIENT_LIBRARIES:
        return True
    return request.headers.get("user-agent", "").startswith(BROWSER)
