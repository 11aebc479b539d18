"""Listening sockets open at once or report why not."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

import pytest

from passerby.sockets import CannotListen, inherited, listen, port_of


def test_a_socket_takes_connections() -> None:
    with listen("127.0.0.1", 0, "--port") as listener, socket.create_connection(listener.getsockname()) as client:
        server, address = listener.accept()
        server.close()
        assert address == client.getsockname()


def test_the_error_for_a_port_in_use_names_the_flag() -> None:
    with listen("127.0.0.1", 0, "--port") as first:
        port = port_of(first)
        with pytest.raises(CannotListen, match=f"127.0.0.1 port {port}: the port is in use.*--console-port"):
            listen("127.0.0.1", port, "--console-port")


def test_a_port_can_be_taken_again_right_after_it_was_in_use(free_port: Callable[[], int]) -> None:
    port = free_port()
    for _ in range(2):
        listener = listen("127.0.0.1", port, "--port")
        with listener, socket.create_connection(("127.0.0.1", port)) as client:
            server, _ = listener.accept()
            server.close()
            client.recv(1)


@pytest.mark.parametrize("host, why", [("192.0.2.1", "no such address"), ("no.such.host.invalid", "cannot listen on")])
def test_an_address_that_is_not_ours_is_refused(host: str, why: str) -> None:
    with pytest.raises(CannotListen, match=why):
        listen(host, 0, "--port")


def test_both_address_families_are_listened_on() -> None:
    with listen("::1", 0, "--port") as listener:
        assert listener.family == socket.AF_INET6


def test_an_inherited_socket_is_the_one_that_was_handed_down() -> None:
    with listen("127.0.0.1", 0, "--port") as listener, inherited(os.dup(listener.fileno())) as same:
        assert port_of(same) == port_of(listener)
        assert not same.get_inheritable()
        assert same.gettimeout() == 0.0
