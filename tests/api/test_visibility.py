"""`wait=`: a reader sees everything accepted before, or gets 503 with `Retry-After`."""

from __future__ import annotations

import asyncio
import threading

import pytest
from tests.api.api_client import LONGEST_WAIT, ApiClient
from tests.state.state_builder import ident

from passerby.log.sqlite.engine import SqliteLogEngine
from passerby.services.errors import ErrorCode, ServiceError
from passerby.services.log import SharedLog
from passerby.services.visibility import Visibility

READING = ["/v1/profiles", "/v1/catalogue", "/v1/stats"]


def say_seen(api: ApiClient) -> None:
    api.append(kind="track", name="Seen", identifiers=(ident("mobile_id", "m1"),))


@pytest.mark.parametrize("path", READING)
def test_what_is_visible_is_answered_at_once(api: ApiClient, path: str) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    assert api.get(path, wait=1).status_code == 200


@pytest.mark.parametrize("path", READING)
def test_without_a_wish_to_wait_the_answer_is_what_there_is(api: ApiClient, path: str) -> None:
    say_seen(api)
    assert api.get(path).status_code == 200
    assert api.get(path, wait=0).status_code == 200


@pytest.mark.parametrize("path", READING)
def test_a_message_that_is_not_applied_in_time_is_503(api: ApiClient, path: str) -> None:
    say_seen(api)
    answer = api.get(path, wait=0.02)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_yet_visible")
    details = answer.json()["error"]["details"]
    assert details["accepted"] == details["applied"] + 1


def test_an_event_that_is_not_delivered_in_time_is_503_and_the_relay_is_nudged(api: ApiClient) -> None:
    say_seen(api)
    api.server.apply()
    nudges = api.relay.nudges
    answer = api.get("/v1/stats", wait=0.02)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_yet_visible")
    details = answer.json()["error"]["details"]
    assert details["applied"] == details["accepted"] > details["visible"]
    assert api.relay.nudges > nudges


def test_waiting_ends_when_everything_is_visible(api: ApiClient) -> None:
    say_seen(api)
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(api.get("/v1/stats", wait=LONGEST_WAIT)))
    waiting.start()
    api.server.apply()
    api.server.deliver()
    waiting.join()
    assert [(answer.status_code, answer.json()["waiting"]) for answer in answers] == [(200, 0)]


def test_no_request_waits_longer_than_the_limit(api: ApiClient) -> None:
    say_seen(api)
    log = SharedLog(SqliteLogEngine(api.server.folder / "log.db"))
    visibility = Visibility(log, api.server.reader, api.relay, api.relay.nudge, longest_seconds=0.02)
    with pytest.raises(ServiceError) as refused:
        asyncio.run(visibility.wait(1e9))
    assert refused.value.code == ErrorCode.NOT_YET_VISIBLE
    log.close()


def test_what_comes_later_is_not_waited_for(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    assert api.get("/v1/stats", wait=1).status_code == 200
    say_seen(api)
    assert api.get("/v1/stats", wait=0.01).status_code == 503


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/openapi.json"])
def test_routes_without_a_projects_data_answer_at_once(api: ApiClient, path: str) -> None:
    say_seen(api)
    assert api.get(path, wait=1).status_code == 200


def test_waiting_ends_when_the_server_stops(api: ApiClient) -> None:
    say_seen(api)
    log = SharedLog(SqliteLogEngine(api.server.folder / "log.db"))
    visibility = Visibility(log, api.server.reader, api.relay, api.relay.nudge, longest_seconds=60)

    async def wait() -> None:
        asyncio.get_running_loop().call_soon(visibility.end)
        await visibility.wait(60)

    with pytest.raises(ServiceError) as refused:
        asyncio.run(wait())
    assert refused.value.code == ErrorCode.NOT_YET_VISIBLE
    log.close()
