"""Script injection in every field that a client can fill: no screen executes it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import expect
from tests.console.conftest import OpenConsole
from tests.console.console_server import ADMIN, ConsoleServer
from tests.console.console_window import PATIENCE_MS, ConsoleWindow

PARTS = 4
"""Of all the pages, so that no test takes long on a machine that is busy."""
RUN = "window.__ran=1"
CORPUS = (
    f"<script>{RUN}</script>",
    f'"><img src=x onerror={RUN}>',
    f"'><svg onload={RUN}>",
    f"javascript:{RUN}//",
    f"</textarea><script>{RUN}</script>",
    f"</title></style></script><script>{RUN}</script>",
    f'<a href="javascript:{RUN}" autofocus onfocus={RUN}>x</a>',
    f'<iframe srcdoc="<script>parent.__ran=1</script>" src="javascript:{RUN}"></iframe>',
    '" hx-get="/sign-out" hx-trigger="load" autofocus x="',
    f'<b hx-on:load="{RUN}" hx-trigger="load" hx-get="/">',
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    "{{ 7 * 7 }}{% include 'sign-in.html' %}",
    "<base href=//example.com/><meta http-equiv=refresh content=0;url=//example.com/>",
    f"<form id=content action=javascript:{RUN}><input name=attributes autofocus onfocus={RUN}>",
    f"\u202e\u2028<math><mtext></form><style><img src onerror={RUN}></style>",
    f"]]>--><!--<script>{RUN}</script>",
    f"&lt;script&gt;{RUN}&lt;/script&gt;&#x3c;script>{RUN}</script>",
)
SMUGGLED = (
    "iframe, base, meta[http-equiv], math, [onerror], [onload], [onfocus], [srcdoc], main script, img, "
    '[autofocus]:not(#user, #password), [href^="javascript:" i], [action^="javascript:" i], [hx-get="/sign-out"]'
)
"""What no page of the console has, unless a text became a part of it."""


class Hostile(NamedTuple):
    """A project full of such texts: its number of refused calls, profiles, events and a webhook to look at."""

    name: str
    segment: str
    port: int
    profiles: list[str]
    events: list[str]
    refused: list[str]
    webhook: int

    def pages(self) -> Iterator[str]:
        """The address of every screen, with such texts in its parameters where it has any."""
        base = f"/p/{self.name}"
        yield from (
            f"{base}/",
            f"{base}/live",
            f"{base}/profiles",
            f"{base}/catalogue",
            f"{base}/sources",
            f"{base}/health",
        )
        yield from (f"{base}/events/{event}" for event in self.events)
        yield from (f"{base}/profiles/{profile}" for profile in self.profiles)
        yield from (f"{base}/profiles/{profile}/identity" for profile in self.profiles)
        yield from (f"{base}/live/rejected/{number}" for number in self.refused)
        yield from (f"{base}/settings{part}" for part in ("/policy", "/users"))
        yield from (f"{base}/sources/customerlabs", f"{base}/sources/customerlabs/{self.webhook}")
        places = (
            "live?q={0}&name={0}",
            "profiles?q={0}",
            "sources/antsomi?address=http://{0}&language={0}",
            "?said={0}",
        )
        for number, text in enumerate(map(quote, CORPUS)):
            yield f"{base}/{places[number % len(places)].format(text)}"


@pytest.fixture(scope="session")
def hostile(console: ConsoleServer) -> Hostile:
    keys = console.new_project("hostile")
    webhook = _with_hostile_label(console)
    port, write_key = console.server.port, keys["segment"]["write_key"]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        _send(client, write_key, keys["customerlabs"]["webhook_path"])
    with console.client() as client:
        client.headers["Authorization"] = f"Bearer {keys['api_token']}"
        profiles = [each["id"] for each in client.get("/v1/profiles?wait=30&limit=100").json()["profiles"]][:6]
        events = [
            each["id"]
            for profile in profiles
            for each in client.get(f"/v1/profiles/{profile}/events?limit=2").json()["events"]
        ]
    with console.client(ADMIN) as client:
        recent = client.get("/p/hostile/live.json?status=refused").json()["recent"]["items"]
    refused = [each["id"] for each in recent][:6]
    assert profiles, "nothing to look at"
    assert events, "nothing to look at"
    assert refused, "nothing to look at"
    return Hostile("hostile", write_key, port, profiles, events, refused, webhook)


def _with_hostile_label(console: ConsoleServer) -> int:
    command = [sys.executable, "-m", "passerby", "keys", "add", "customerlabs.webhook_path", "--project", "hostile"]
    command += ["--label", " ".join(CORPUS), "--data", str(console.server.data), "--json"]
    return int(json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["id"])


def _send(client: httpx.Client, write_key: str, webhook: str) -> None:
    for number, text in enumerate(CORPUS):
        head = {"User-Agent": _header(text), "Referer": _header(text), "X-Forwarded-For": _header(text)}
        short = text[:48]
        fields = {short: text, "nested": {short: [text, {short: text}]}, "url": text}
        context = {
            "userAgent": text,
            "ip": text,
            "locale": text,
            "page": {"url": text, "title": text, "referrer": text, "path": text, "search": text},
            "campaign": {"name": text, "source": text, "medium": text},
            "device": {"id": text, "model": text, "manufacturer": text},
            "app": {"name": text, "version": text},
            "library": {"name": text, "version": text},
        }
        for call, body in (
            (
                "identify",
                {"userId": f"{number}{text}", "anonymousId": text, "traits": {**fields, "name": text, "email": text}},
            ),
            ("track", {"userId": f"{number}{text}", "event": short, "properties": fields, "context": context}),
            ("page", {"anonymousId": text, "name": text, "properties": fields, "context": context}),
            ("track", {"anonymousId": text, "event": text * 3, "properties": {short: number if number % 2 else text}}),
        ):
            client.post(f"/v1/{call}", json=body, auth=(write_key, ""), headers=head)
        client.post(webhook, json={"event_name": short, "email": f"{number}@example.com", **fields}, headers=head)
        client.post("/v1/track", json={"event": text, "userId": [text]}, auth=(write_key, ""), headers=head)
        client.post(f"/v1/track?{quote(text)}", content=text.encode(), auth=(write_key, ""), headers=head)


def _header(text: str) -> str:
    """As much of a text as a header can hold."""
    return text.encode("ascii", "ignore").decode()


def look(window: ConsoleWindow) -> None:
    page = window.page
    assert page.evaluate("window.__ran") is None, page.url
    smuggled: Any = page.evaluate(f"[...document.querySelectorAll({json.dumps(SMUGGLED)})].map((one) => one.outerHTML)")
    assert smuggled == [], page.url


@pytest.mark.parametrize("part", range(PARTS))
def test_no_screen_runs_what_a_client_sent(open_console: OpenConsole, hostile: Hostile, part: int) -> None:
    window = open_console(ADMIN)
    window.expected = ("status of 400",)
    for address in [*hostile.pages()][part::PARTS]:
        window.open(address)
        look(window)


def test_the_live_stream_does_not_either(open_console: OpenConsole, hostile: Hostile) -> None:
    window = open_console(ADMIN)
    page = window.open(f"/p/{hostile.name}/live?name=arriving")
    for text in CORPUS:
        body = {"userId": text, "event": "arriving", "properties": {text: text}}
        httpx.post(f"http://127.0.0.1:{hostile.port}/v1/track", json=body, auth=(hostile.segment, ""), timeout=60)
    expect(page.locator("#live tbody tr")).to_have_count(len(CORPUS), timeout=PATIENCE_MS)
    look(window)


def test_the_sign_in_page_does_not_either(open_console: OpenConsole) -> None:
    window = open_console()
    for text in CORPUS[:6]:
        window.open(f"/sign-in?to={quote(text)}")
        look(window)
        window.page.get_by_label("Name").fill(text)
        window.page.get_by_label("Password").fill(text)
        window.expected = ("status of 401", "status of 429")
        window.page.get_by_role("button", name="Sign in").click()
        window.page.get_by_role("alert").wait_for()
        look(window)
