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
    if serving is None:
        ports = (
            ("ingest port", settings.host, settings.port, "--port"),
            ("console port", settings.console_address, settings.console_port, "--console-port"),
        )
        for check, host, port, flag in ports:
            try:
                listen(host, port, flag).close()
            except CannotListen as error:
                advice = f"stop the program that uses it, or choose another port with {flag}"
                yield unwell(check, str(error), advice)
            else:
                yield well(check, f"{host} port {port} is free")
        return
    check, host, port = "ingest port", serving.host, serving.port
    try:
        # Only connected to: a request would be counted, and rejected without a key.
        socket.create_connection((host, port), TIMEOUT_SECONDS).close()
    except OSError as error:
        yield unwell(check, f"{host} port {port} does not respond: {error.strerror or error}", _LOOK_AT_LOG)
    else:
        yield well(check, f"the server accepts connections on {host} port {port}")
    check, host, port = "console port", serving.console_host, serving.console_port
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        yield unwell(check, f"{host} port {port} does not respond: {error}", _LOOK_AT_LOG)
    else:
        if status == http.client.OK:
            yield well(check, f"the server is healthy on {host} port {port}")
        else:
            yield unwell(check, f"the server responds with status {status} on {host} port {port}", _LOOK_AT_LOG)
    finally:
        connection.close()
