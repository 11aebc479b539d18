"""The server's interface, in the types of the ASGI specification that the edge uses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OVERDUE = "passerby.overdue"
"""Set in a scope's `state` by our connection when the request took too long to arrive."""
