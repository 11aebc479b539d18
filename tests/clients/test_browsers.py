"""The vendors' browser SDKs need only Passerby's address, send every event, and contact no other host."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.browser.conftest import FLAGS
from tests.clients.faulty_proxy import Fault, Proxy, faulty
from tests.clients.installed import PACKAGES, found
from tests.clients.journey import FAULTS, PATIENCE_SECONDS, POLL_SECONDS, STEPS, check, key
from tests.clients.pages import site
from tests.sdk.tools import program
from tests.server_process import Server

SEGMENT: Final = "@segment/analytics-next/dist/umd"
CUSTOMERIO: Final = "@customerio/cdp-analytics-browser/dist/umd"
RUDDERSTACK: Final = "@rudderstack/analytics-js/dist/npm/modern/bundled/umd"

USE: Final = """
  const use = (analytics) => {
    analytics.page("Home");
    analytics.identify(user, { plan: "pro" });
    for (let index = 0; index < steps; index += 1) analytics.track("Step", { index });
  };
"""
LOAD_ANALYTICS: Final = "use(AnalyticsNext.AnalyticsBrowser.load({ writeKey: key, cdnURL: host }));"
LOAD_CUSTOMERIO: Final = "use(AnalyticsNext.AnalyticsBrowser.load({ writeKey: key, cdnURL: `${host}/customerio` }));"
LOAD_RUDDERSTACK: Final = """
  const analytics = new rudderanalytics.RudderAnalytics();
  analytics.load(key, host, { configUrl: host, ...options });
  use(analytics);
"""
QUEUE: Final = """
  const queue = (window.analytics = []);
  queue._writeKey = key;
  queue._cdn = host;
  use(new Proxy(queue, { get: (_, method) => (...args) => queue.push([method, ...args]) }));
"""
"""What Segment's snippet does before the SDK has come."""

OURS: Final = frozenset({"localhost", "127.0.0.1", ""})

Open = Callable[[], Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a site that is not Passerby's. In the end it has seen no error and asked no one else."""
    found(PACKAGES)
    errors: list[str] = []
    asked: set[str] = set()
    with site() as address, chromium.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.add(urlsplit(request.url).hostname or ""))
        page.goto(f"{address}/")
        yield page
        assert errors == []
        assert asked <= OURS


def start(page: Page, proxy: Proxy, server: Server, script: str, **options: object) -> str:
    """Have a page run a script with the names host, key, user, steps and options. Returns the user."""
    user = f"u-{uuid.uuid4()}"
    case: dict[str, Any] = {"host": proxy.url, "key": key(server), "user": user, "steps": STEPS, "options": options}
    page.evaluate(f"({{ host, key, user, steps, options }}) => {{ {USE} {script} }}", case)
    return user


def wait_for(page: Page, proxy: Proxy, requests: int) -> None:
    """Return when so many requests have brought events."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(proxy.paths) < requests:
        assert time.monotonic() < deadline, proxy.paths
        page.wait_for_timeout(POLL_SECONDS * 1_000)


@pytest.mark.parametrize(
    "bundle, script, faults",
    [
        (f"{SEGMENT}/index.js", LOAD_ANALYTICS, FAULTS),
        (f"{CUSTOMERIO}/index.js", LOAD_CUSTOMERIO, (Fault.LOST, Fault.LOST)),
        (f"{RUDDERSTACK}/index.js", LOAD_RUDDERSTACK, FAULTS),
    ],
    ids=["segment", "customerio", "rudderstack"],
)
def test_every_event_of_an_sdk_is_there_once(
    server: Server, page: Page, bundle: str, script: str, faults: tuple[Fault, ...]
) -> None:
    """Customer.io's SDK takes every answer for success: what it is answered 429 or 500 it never sends again."""
    page.add_script_tag(url=f"/{bundle}")
    with faulty(server.port, *faults) as proxy:
        user = start(page, proxy, server, script)
        wait_for(page, proxy, STEPS + 2 + len(faults))
        assert proxy.left == []
        check(server, user, others=1)


def test_segment_s_bundle_for_script_elements_asks_the_address_in_the_snippet(server: Server, page: Page) -> None:
    with faulty(server.port) as proxy:
        user = start(page, proxy, server, QUEUE)
        page.add_script_tag(url=f"/{SEGMENT}/standalone.js")
        wait_for(page, proxy, STEPS + 2)
        check(server, user, others=1)


def test_rudderstack_s_beacons_arrive(server: Server, page: Page) -> None:
    page.add_script_tag(url=f"/{RUDDERSTACK}/index.js")
    with faulty(server.port) as proxy:
        interval = {"flushQueueInterval": 500}
        user = start(page, proxy, server, LOAD_RUDDERSTACK, useBeacon=True, beaconQueueOptions=interval)
        check(server, user, others=1)
        assert set(proxy.paths) == {"/beacon/v1/batch"}


@pytest.mark.parametrize("type_", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_a_beacon_of_any_type_arrives(server: Server, page: Page, type_: str) -> None:
    script = f"""
      const batch = [{{ type: "identify", userId: user, traits: {{ plan: "pro" }} }}];
      for (let index = 0; index < steps; index += 1) {{
        batch.push({{ type: "track", userId: user, event: "Step", properties: {{ index }} }});
      }}
      const body = JSON.stringify({{ writeKey: key, batch }});
      const blob = new Blob([body], {{ type: "{type_}" }});
      if (!navigator.sendBeacon(`${{host}}/v1/batch`, blob)) throw new Error("not queued");
    """
    with faulty(server.port) as proxy:
        check(server, start(page, proxy, server, script))


def test_pixels_arrive(server: Server, page: Page) -> None:
    script = """
      const show = (type, index) => {
        const item = { writeKey: key, userId: user, event: "Step", properties: { index }, traits: { plan: "pro" } };
        const data = encodeURIComponent(btoa(JSON.stringify(item)));
        document.body.append(Object.assign(new Image(), { src: `${host}/v1/pixel/${type}?data=${data}` }));
      };
      show("identify", 0);
      for (let index = 0; index < steps; index += 1) show("track", index);
    """
    with faulty(server.port) as proxy:
        check(server, start(page, proxy, server, script))
        page.wait_for_function("Array.from(document.images).every((image) => image.naturalWidth === 1)")
