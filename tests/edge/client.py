"""A client that sends exactly the given bytes."""

from __future__ import annotations

import http.client
import io
import json
import socket
import struct
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

TIMEOUT = 20


class Answer(NamedTuple):
    """A response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class _Stream(io.BufferedReader):
    """The response stream, shared by all responses, because one read may return the beginning of the next."""

    def makefile(self, _mode: str) -> _Stream:
        return self

    def close(self) -> None:
        """The end of a response is not the end of the stream."""


class Client:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self._stream = _Stream(socket.SocketIO(self.socket, "r"))

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self, method: str = "POST") -> Answer:
        """The next response. Raises `http.client.BadStatusLine` where the connection ends instead."""
        response = http.client.HTTPResponse(cast("socket.socket", self._stream), method=method)
        response.begin()
        body = response.read()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

    def ask(self, path: str, body: bytes = b"", method: str = "POST", **headers: str) -> Answer:
        self.send(request(path, body, method, **headers))
        return self.answer(method)

    def is_closed(self) -> bool:
        """Wait until the server closes the connection, and discard what it sends; return whether it did."""
        try:
            while self.socket.recv(65_536):
                pass
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        return True

    def line(self) -> bytes:
        """The next line of the response."""
        return self._stream.readline()

    def half_close(self) -> None:
        """Close the sending side."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset_when_closed(self) -> None:
        """Let `close` reset the connection, so that the other side learns at once that no answer is read."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def rest(self) -> bytes:
        """Everything until the server closes the connection."""
        return self._stream.read()

    def close(self) -> None:
        self.socket.close()


def request(path: str, body: bytes = b"", method: str = "POST", **headers: str) -> bytes:
    """The bytes of a request. In names of headers, `_` is replaced by `-`."""
    lines = [f"{method} {path} HTTP/1.1", "Host: edge", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
