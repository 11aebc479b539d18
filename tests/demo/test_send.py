"""Calls are sent in the vendors' own form, in order within a household, and tried again where that makes sense."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from tests.demo.server import Answer, Got, serving

from passerby.demo import send as module
from passerby.demo.day import day
from passerby.demo.errors import ServerGone
from passerby.demo.people import people
from passerby.demo.send import Target, lanes, request_of, send
from passerby.dialects.demo import Step

KEYS = {
    "crossengage.mobile_api_key": "mobile-key",
    "webengage.license_code": "~license",
    "webengage.api_key": "api-key",
    "customerlabs.app_id": "app",
    "customerlabs.webhook_path": "/source/slug/",
    "antsomi.portal_id": "123",
    "antsomi.prop_id": "456",
    "segment.write_key": "write-key",
}
TRACK = Step(1, 0, "crossengage.track", {"mobileId": "m"})
EVENT = Step(1, 0, "webengage.events", {"userId": "u"}, request_id="abc", times=2)


def quiet(_: int) -> None:
    """Ignore the progress."""


def always(status: int) -> Callable[[Got, int], Answer]:
    return lambda _, __: Answer(status)


def test_each_vendors_call_goes_to_its_path_with_its_key() -> None:
    call = request_of(TRACK, KEYS)
    assert call.path == "/api/v1/mobile/mobile-key/track"
    assert call.body == {"mobileId": "m"}
    call = request_of(EVENT, KEYS)
    assert call.path == "/v1/accounts/~license/events"
    assert (call.http_headers()["Authorization"], call.http_headers()["x-request-id"]) == ("Bearer api-key", "abc")
    call = request_of(Step(1, 0, "segment.batch", {"batch": []}), KEYS)
    assert (call.path, call.http_headers()["Authorization"]) == ("/v1/batch", "Basic d3JpdGUta2V5Og==")
    call = request_of(Step(1, 0, "antsomi.event", {"uid": "7"}), KEYS)
    assert call.path == "/event?portal_id=123&prop_id=456&resp_type=json"


@pytest.mark.parametrize("call, path", [("identify", "/app/identify"), ("event", "/source/slug/")])
def test_an_app_names_itself_in_its_calls_and_in_its_installations_ids(call: str, path: str) -> None:
    sent = request_of(Step(1, 0, f"customerlabs.{call}", {"uid": "-1"}), KEYS)
    assert (sent.path, sent.body) == (path, {"id": "app", "uid": "app-1"})
    assert sent.http_headers()["CL-User-Agent"]


def test_every_step_of_a_day_stays_in_order_within_its_household() -> None:
    steps = day(people(1, 60), 1, 1_795_000_000_000)
    dealt = lanes(steps)
    assert Counter(len(lane) > 0 for lane in dealt)[True] > 1
    for household in {step.household for step in steps}:
        wanted = [step for step in steps if step.household == household]
        assert [[step for step in lane if step.household == household] for lane in dealt].count(wanted) == 1


def test_a_repeated_call_is_sent_twice_and_every_response_is_counted() -> None:
    statuses: list[int] = []
    with serving(always(201)) as server:
        counts = send(lanes([TRACK, EVENT]), Target(server.host, server.port, KEYS), statuses.append)
    assert counts == {201: 3}
    assert statuses == [201, 201, 201]
    assert server.got[1].body == server.got[2].body
    assert server.got[1].headers["x-request-id"] == server.got[2].headers["x-request-id"]


@pytest.mark.parametrize("passing", [401, 429, 503])
def test_an_answer_that_passes_is_waited_for(passing: int) -> None:
    def answer(_: Got, before: int) -> Answer:
        return Answer(202) if before else Answer(passing, headers=(("Retry-After", "0"),))

    with serving(answer) as server:
        assert send([[TRACK]], Target(server.host, server.port, KEYS), quiet) == {202: 1}


def test_a_lasting_refusal_is_counted_and_not_tried_again() -> None:
    with serving(always(400)) as server:
        assert send([[TRACK]], Target(server.host, server.port, KEYS), quiet) == {400: 1}
    assert len(server.got) == 1


def test_a_connection_that_breaks_is_opened_again() -> None:
    def answer(_: Got, before: int) -> Answer:
        return Answer(202 if before else 0)

    with serving(answer) as server:
        assert send([[TRACK]], Target(server.host, server.port, KEYS), quiet) == {202: 1}


def test_an_answer_that_does_not_pass_in_time_counts_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)
    with serving(always(429)) as server:
        assert send([[TRACK]], Target(server.host, server.port, KEYS), quiet) == {429: 1}


def test_a_server_that_is_gone_ends_the_demo_on_every_connection(
    monkeypatch: pytest.MonkeyPatch, free_port: Callable[[], int]
) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)
    port = free_port()
    with pytest.raises(ServerGone, match=f"http://127.0.0.1:{port} does not respond"):
        send([[TRACK], [TRACK, TRACK]], Target("127.0.0.1", port, KEYS), quiet)


def test_the_other_connections_stop_when_one_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)
    endless = [TRACK] * 100_000
    refused = TRACK._replace(body={"drop": True})

    def answer(got: Got, _: int) -> Answer:
        return Answer(0 if b"drop" in got.body else 202)

    with serving(answer) as server, pytest.raises(ServerGone):
        send([[refused], endless], Target(server.host, server.port, KEYS), quiet)
    assert len(server.got) < len(endless)
