"""What a Segment-spec `context` says: of the device whom to wait for, and what to keep beside the message.

Source: Segment, Spec: Common Fields, context. A context is kept as it was sent, save for these: `traits` belongs to an
identify and is left out; `userAgent` is kept as `user_agent`, the name that all dialects share; and a sender that is a
person's own browser or app has its address added where it named none. A server's address would be nobody's.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from passerby.dialects.common.flags import says_no
from passerby.dialects.common.ids import id_violation, read_id
from passerby.dialects.contract import Request
from passerby.messages import Identifier, Violation

AGENT_LIMIT: Final = 512
"""How many characters of a user agent are kept."""
SESSION_LIMIT: Final = 128
"""A longer session id is none; it stays in the context."""

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
"""The `library.name` of SDKs that run on the person's own device."""
CLIENT_CHANNELS: Final = frozenset({"browser", "client", "mobile", "web"})
"""What SDKs that run there give as `channel`."""
SERVER_CHANNEL: Final = "server"
"""What SDKs of servers give as `channel`."""
BROWSER: Final = "Mozilla/"
"""What every browser's user agent begins with, and no server's library."""

EXTERNAL: Final = "externalIds"
"""The member of a context with ids in namespaces that the sender has made up."""

APPLE: Final = ("ios", "ipad", "iphone", "tvos")
ANDROID: Final = ("android",)
"""How the names of the systems begin that have an advertising id, in lower case."""


def device_identifiers(context: dict[str, Any]) -> list[Identifier]:
    """The device's id, which is a hint, and its advertising id, unless its owner has limited ad tracking."""
    device = context.get("device")
    if type(device) is not dict:
        return []
    found = []
    if hint := read_id(device.get("id")):
        found.append(Identifier("device_id", hint))
    advertising = read_id(device.get("advertisingId"))
    if advertising and not says_no(device.get("adTrackingEnabled")):
        namespace = _advertising_namespace(device, context.get("os"))
        if namespace:
            found.append(Identifier(namespace, advertising))
    return found


def external_identifiers(
    context: dict[str, Any], namespaces: Collection[str], odd: list[Violation]
) -> list[Identifier]:
    """The external ids of these types, which are namespaces that the project has added to its identity policy.

    Source: Segment, Unify, custom externalIDs: `{"id", "type", "collection", "encoding"}`. Those of other types, of
    other collections than people, and encoded ones are context and nothing more. One that cannot be read is odd.
    """
    sent = context.get(EXTERNAL)
    found = []
    for each in sent if type(sent) is list else ():
        namespace = each.get("type") if type(each) is dict else None
        if type(namespace) is not str or namespace not in namespaces:
            continue
        # Both members are required; one that is left out can mean nothing but a person's id as it is.
        if (each.get("collection", "users"), each.get("encoding", "none")) != ("users", "none"):
            continue
        id_ = read_id(each.get("id"))
        if id_:
            found.append(Identifier(namespace, id_))
        elif id_ is None:
            odd.append(id_violation(f"context.{EXTERNAL}", namespace, each.get("id")))
    return found


def session_id(context: dict[str, Any]) -> str:
    """The session that an SDK keeps count of, or ""."""
    value = read_id(context.get("sessionId"), SESSION_LIMIT) if "sessionId" in context else None
    return value or ""


def kept(context: dict[str, Any], item: dict[str, Any], request: Request) -> dict[str, Any]:
    """What of a context is kept with the message that `item` stands for."""
    result = context.copy()
    result.pop("traits", None)
    if type(result.get(_AGENT)) is str:
        result["user_agent"] = result.pop(_AGENT)[:AGENT_LIMIT]
    if result.get("ip") is None:
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
    """Whether the sender is the person's own browser or app, as far as it lets that be known."""
    channel = item.get("channel")
    if type(channel) is str:
        return channel in CLIENT_CHANNELS
    library = context.get("library")
    name = library.get("name") if type(library) is dict else None
    if type(name) is str and name in CLIENT_LIBRARIES:
        return True
    return request.headers.get("user-agent", "").startswith(BROWSER)


def _advertising_namespace(device: dict[str, Any], system: Any) -> str:
    """Whose advertising id it is: the type of the device says so, or the name of its system."""
    for name in (device.get("type"), system.get("name") if type(system) is dict else None):
        lower = name.lower() if type(name) is str else ""
        if lower.startswith(APPLE):
            return "idfa"
        if lower.startswith(ANDROID):
            return "aaid"
    return ""
