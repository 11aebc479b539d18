"""Diagnostics of ports: free, or answered by this server."""

from __future__ import annotations

from collections.abc import Callable

from tests.demo.server import Answer, serving

from passerby.cli.configuration import load
from passerby.doctor.finding import Finding
from passerby.doctor.ports import check_ports
from passerby.sockets import listen, port_of
from passerby.storage.locks import Serving


def verdicts(findings: list[Finding]) -> dict[str, bool]:
    return {finding.check: finding.well for finding in findings}


def serve_info(port: int, console_port: int) -> Serving:
    return Serving(pid=1, host="127.0.0.1", port=port, console_host="127.0.0.1", console_port=console_port)


def test_free_ports_are_healthy(free_port: Callable[[], int]) -> None:
    settings = load({"port": free_port(), "console_port": free_port()})
    assert verdicts(list(check_ports(settings, None))) == {"ingest port": True, "console port": True}


def test_a_port_of_another_program_is_unwell(free_port: Callable[[], int]) -> None:
    with listen("127.0.0.1", 0, "--port") as other:
        settings = load({"port": port_of(other), "console_port": free_port()})
        findings = list(check_ports(settings, None))
    assert verdicts(findings) == {"ingest port": False, "console port": True}
    assert "--port" in findings[0].advice


def test_ports_of_a_running_server_are_healthy() -> None:
    with serving(lambda *_: Answer(200)) as server:
        findings = list(check_ports(load(), serve_info(server.port, server.port)))
    assert verdicts(findings) == {"ingest port": True, "console port": True}
    assert server.got[-1].path == "/healthz"


def test_a_server_that_does_not_answer_is_unwell(free_port: Callable[[], int]) -> None:
    findings = list(check_ports(load(), serve_info(free_port(), free_port())))
    assert verdicts(findings) == {"ingest port": False, "console port": False}


def test_a_server_that_is_not_ready_is_unwell() -> None:
    with serving(lambda *_: Answer(503)) as server:
        findings = list(check_ports(load(), serve_info(server.port, server.port)))
    assert verdicts(findings) == {"ingest port": True, "console port": False}
    assert "503" in findings[1].found
