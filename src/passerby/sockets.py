"""Listening sockets, opened by the supervisor and inherited by the processes that serve on them.

A port in use is therefore reported before any process starts, connections during a restart of an edge wait in the
accept queue instead of being refused, and several edges share one port.
"""

from __future__ import annotations

import errno
import socket

BACKLOG = 2048
"""Length of the accept queue: connections that wait for a process to accept them."""


class CannotListen(Exception):
    """A port cannot be opened."""

    def __init__(self, host: str, port: int, flag: str, error: OSError) -> None:
        reasons = {
            errno.EADDRINUSE: f"the port is in use; stop the program that uses it, or choose another port with {flag}",
            errno.EACCES: f"permission denied; choose a port above 1023 with {flag}",
            errno.EADDRNOTAVAIL: "this machine has no such address",
        }
        why = reasons.get(error.errno or 0) or error.strerror or "the address cannot be used"
        super().__init__(f"cannot listen on {host} port {port}: {why}")


def listen(host: str, port: int, flag: str) -> socket.socket:
    """Return a listening socket. `flag` is the option named in the error. Raises CannotListen."""
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        # A restarted server must not wait for its old connections in TIME_WAIT.
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
    """Return the socket inherited from the supervisor under this descriptor."""
    listener = socket.socket(fileno=descriptor)
    listener.setblocking(False)  # noqa: FBT003 - the only form that it has
    listener.set_inheritable(False)
    return listener


def port_of(listener: socket.socket) -> int:
    """Return the port of a socket: the one that the system chose, if port 0 was requested."""
    return int(listener.getsockname()[1])
