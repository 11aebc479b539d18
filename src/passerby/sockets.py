"""The listening sockets.

The supervisor opens them before it starts anything and hands them down. So a port that is taken is known at once; a
client that comes while an edge is being started again waits in the queue instead of being refused; and several edges
share one port without any of them owning it.
"""

from __future__ import annotations

import errno
import socket

BACKLOG = 2048
"""Connections that the system lets wait until a process takes them."""


class CannotListen(Exception):
    """A port cannot be opened."""

    def __init__(self, host: str, port: int, flag: str, error: OSError) -> None:
        reasons = {
            errno.EADDRINUSE: f"another program uses it; stop that one, or choose another port with {flag}",
            errno.EACCES: f"that takes more rights; choose a port above 1023 with {flag}",
            errno.EADDRNOTAVAIL: "this machine has no such address",
        }
        why = reasons.get(error.errno or 0) or error.strerror or "that address cannot be used"
        super().__init__(f"cannot listen on {host} port {port}: {why}")


def listen(host: str, port: int, flag: str) -> socket.socket:
    """A socket that listens; `flag` names the setting to change in the error. Raises CannotListen."""
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        if listener:
            listener.close()
        raise CannotListen(host, port, flag, error) from error
    listener.setblocking(False)  # noqa: FBT003 - the only form that it has
    return listener


def inherited(descriptor: int) -> socket.socket:
    """The socket that the supervisor handed down under this number."""
    listener = socket.socket(fileno=descriptor)
    listener.setblocking(False)  # noqa: FBT003 - the only form that it has
    listener.set_inheritable(False)
    return listener


def port_of(listener: socket.socket) -> int:
    """The port that a socket listens on, which tells it where 0 was asked for."""
    return int(listener.getsockname()[1])
