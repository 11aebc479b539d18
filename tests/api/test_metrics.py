"""`/metrics`, and the API's own metrics."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from litestar.testing import TestClient
from tests.api.api_client import ApiClient, measured_here

from passerby.api.app import create_app
from passerby.runtime.metrics import VARIABLE

_OTHER_PROCESS = """
from passerby.api.metrics import REQUESTS
from passerby.runtime.metrics import page
REQUESTS.labels("/somewhere", "200").inc(3)
print(page())
"""


def value(page: str, sample: str) -> float:
    """The value of a sample, 0 where there is none."""
    return sum(float(line.rpartition(" ")[2]) for line in page.splitlines() if line.startswith(f"{sample} "))


def test_requests_are_counted_by_route_and_status_never_by_what_was_asked(api: ApiClient) -> None:
    ok = 'passerby_api_requests_total{route="/v1/profiles/{profile_id}",status="404"}'
    before = value(api.get("/metrics").text, ok)
    for id_ in ("secret-1", "secret-2"):
        api.get(f"/v1/profiles/{id_}")
    page = api.get("/metrics").text
    assert value(page, ok) == before + 2
    assert 'passerby_api_seconds_count{route="/v1/profiles/{profile_id}"}' in page
    assert "secret" not in page


def test_the_page_is_prometheus_text(api: ApiClient) -> None:
    assert api.get("/metrics").headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_the_metrics_of_all_processes_are_on_one_page(tmp_path: Path) -> None:
    pages = [
        subprocess.run(
            [sys.executable, "-c", _OTHER_PROCESS],
            env={**os.environ, VARIABLE: str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    sample = 'passerby_api_requests_total{route="/somewhere",status="200"}'
    assert [value(page, sample) for page in pages] == [3, 6]


TOKEN = "a-token-for-scraping"  # noqa: S105 - of no server


def asked_from(api: ApiClient, address: str, token: str = "", configured: str = TOKEN) -> int:
    context = dataclasses.replace(api.server.context, metrics_token=configured)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    app = create_app(context)
    app.asgi_handler = measured_here(app.asgi_handler, address)
    with TestClient(app) as client:
        return client.get("/metrics", headers=headers).status_code


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_the_same_machine_needs_no_token(api: ApiClient, address: str) -> None:
    assert asked_from(api, address, configured="") == 200


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.7", "", "unix"])
def test_other_machines_need_the_token_of_the_setting(api: ApiClient, address: str) -> None:
    assert asked_from(api, address, TOKEN) == 200
    for wrong in ("", "x", api.token, TOKEN[:-1], f"{TOKEN}x"):
        assert asked_from(api, address, wrong) == 401
    for any_token in ("", "None", api.token):
        assert asked_from(api, address, any_token, configured="") == 401
