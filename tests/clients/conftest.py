"""One server for all vendors' clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.server_process import Server, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Passerby on a data directory of its own: every test has customers of its own."""
    with serving(tmp_path_factory.mktemp("clients") / "data") as running:
        yield running
