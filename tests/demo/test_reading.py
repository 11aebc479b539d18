"""The demo reads back through the management API, and retries while its new token is not yet known."""

from __future__ import annotations

import pytest
from tests.demo.server import Answer, Got, serving

from passerby.demo import reading
from passerby.demo.reading import Api, ApiRefused


def test_figures_and_profiles_are_asked_for_once_everything_is_in_them() -> None:
    with serving(lambda *_: Answer(200, b'{"accepted": 1}')) as server:
        api = Api(server.host, server.port, "token")
        assert api.stats() == {"accepted": 1}
        api.profile("email", "a b@example.com")
    assert server.got[0].path == "/v1/stats?wait=30"
    assert server.got[0].headers["Authorization"] == "Bearer token"
    assert server.got[1].path == "/v1/profiles?namespace=email&value=a+b%40example.com&wait=30"


def test_a_token_that_is_not_known_yet_is_tried_again() -> None:
    def answer(_: Got, before: int) -> Answer:
        return Answer(200, b"{}") if before else Answer(401)

    with serving(answer) as server:
        assert Api(server.host, server.port, "token").stats() == {}


def test_a_token_that_never_becomes_known_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE_SECONDS", 0.0)
    with serving(lambda *_: Answer(401)) as server, pytest.raises(ApiRefused, match="401"):
        Api(server.host, server.port, "token").stats()


def test_an_answer_that_is_no_success_is_an_error() -> None:
    with serving(lambda *_: Answer(503)) as server, pytest.raises(ApiRefused, match=r"/v1/stats with 503"):
        Api(server.host, server.port, "token").stats()
