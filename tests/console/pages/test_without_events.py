"""The pages while the event store cannot be read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from litestar.testing import TestClient
from tests.api.api_client import ApiClient, InProcessServer
from tests.monitoring.monitors import monitor_of
from tests.state.state_builder import DAY

from passerby.accounts.users import Role
from passerby.api.app import application
from passerby.console.app import create_app
from passerby.console.auth.sessions import COOKIE
from passerby.console.auth.throttle import Throttle
from passerby.console.context import ConsoleContext
from passerby.console.middleware import ConsoleMiddleware
from passerby.messages import Identifier
from passerby.services.readers import Readers
from passerby.settings import Settings

_SHOPPER = Identifier("user_id", "u-1001")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessServer]:
    with closing(InProcessServer(tmp_path_factory.mktemp("without-events"))) as server:
        yield server


@pytest.fixture(scope="module")
def api(server: InProcessServer) -> Iterator[ApiClient]:
    with server.client:
        api = ApiClient(server)
        api.track("Bought", _SHOPPER)
        yield api


@pytest.fixture(scope="module")
def viewer(server: InProcessServer, api: ApiClient) -> Iterator[TestClient[ConsoleMiddleware]]:
    with ExitStack() as held:
        users = server.users
        users.add("ann", Role.VIEWER, "no password has this hash", DAY)
        console_context = ConsoleContext(
            context=server.context,
            projects=server.credentials,
            passwords=held.enter_context(closing(Readers(1))),
            examinations=held.enter_context(closing(Readers(1))),
            throttle=Throttle(),
            settings=Settings(),
            monitor=monitor_of(server),
            diagnose=list,
            versions=dict,
        )
        client = held.enter_context(TestClient(create_app(console_context, application)))
        client.cookies.set(COOKIE, users.open_session("ann", time.time_ns() // 1_000_000))
        name = server.credentials.names()[api.project]
        client.base_url = client.base_url.join(f"/p/{name}/")
        api.events.broken = True
        yield client


def test_a_profile_is_shown_without_its_timeline(viewer: TestClient[ConsoleMiddleware], api: ApiClient) -> None:
    answer = viewer.get(f"profiles/{api.owner(*_SHOPPER[:2])}")
    assert answer.status_code == 200
    assert "Events are temporarily unavailable" in answer.text


def test_the_catalogue_is_shown_without_volumes(viewer: TestClient[ConsoleMiddleware]) -> None:
    answer = viewer.get("catalogue")
    assert answer.status_code == 200
    assert "Bought" in answer.text
    assert "sparkline" not in answer.text
