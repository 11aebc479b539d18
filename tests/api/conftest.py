"""The management API over real engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api.api_client import ApiClient, InProcessServer


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessServer]:
    server = InProcessServer(tmp_path_factory.mktemp("api"))
    with server.client:
        yield server
    server.close()


@pytest.fixture
def api(server: InProcessServer) -> Iterator[ApiClient]:
    yield ApiClient(server)
    server.apply()
    server.deliver()
    server.events.broken = False
