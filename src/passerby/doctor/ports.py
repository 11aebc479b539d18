"""Checks of the ports: free, or served by the running server."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from typing import Final

from passerby.doctor.finding import Finding, unwell, well
from passerby.settings import Settings
from passerby.sockets import CannotListen, listen
from passerby.storage.locks import Serving

TIMEOUT_SECONDS: Final = 5.0
_LOOK_AT_LOG = "see the server log; if the server does not recover, restart it"


def check_ports(settings: Settings, serving: Serving | None) -> Iterator[Finding]:
    """Check both ports of the running server; if none runs, those in the settings."""
    if serving:
        yield _answers("ingest port", serving.host, serving.port)
        yield _healthy(serving.console_host, serving.console_port)
        return
    yield _free("ingest port", settings.host, settings.port, "--port")
    yield _free("console port", settings.console_address, settings.console_port, "--console-port")


def _free(check: str, host: str, port: int, flag: str) -> Finding:
    try:
        listen(host, port, flag).close()
    except CannotListen as error:
        return unwell(check, str(error), f"stop the program that uses it, or choose another port with {flag}")
    return well(check, f"{host} port {port} is free")


def _answers(check: str, host: str, port: int) -> Finding:
    try:
        socket.create_connection((host, port), TIMEOUT_SECONDS).close()
    except OSError as error:
        return unwell(check, f"{host} port {port} does not respond: {error.strerror or error}", _LOOK_AT_LOG)
    return well(check, f"the server accepts connections on {host} port {port}")


def _healthy(host: str, port: int) -> Finding:
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return unwell("console port", f"{host} port {port} does not respond: {error}", _LOOK_AT_LOG)
    finally:
        connection.close()
    if status == http.client.OK:
        return well("console port", f"the server is healthy on {host} port {port}")
    return unwell("console port", f"the server responds with status {status} on {host} port {port}", _LOOK_AT_LOG)
