"""The mobile SDK, from the server that it sends to: in an app in Node, and in a page that loads it as a script."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import httpx
from tests.browser.conftest import Visits
from tests.browser.visitors import events, ids, names, profile, visitor
from tests.sdk.tools import program
from tests.server_process import Server

APP = Path(__file__).parent / "app.mjs"


def test_an_app_that_loses_its_network_and_restarts_sends_every_event_once(
    server: Server, collector: str, tmp_path: Path
) -> None:
    sdk = tmp_path / "mobile.mjs"
    sdk.write_bytes(httpx.get(f"{collector}/sdk/mobile.mjs").content)
    folder = tmp_path / "storage"
    folder.mkdir()
    keys = server.keys["antsomi"]
    arguments = [str(sdk), collector, str(keys["portal_id"]), str(keys["prop_id"]), str(folder), "app-customer"]
    ran = subprocess.run(
        [program("node"), str(APP), *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    before, after = json.loads(ran.stdout)

    customer = profile(server, "user_id", "app-customer")
    assert ids(customer, "anonymous_id") == {before}
    assert customer["traits"] == {"name": "Ann"}
    expected = ["session/start", "app/open", "view_product", "screen/view", "user/identify", "app/open", "add_to_cart"]
    assert names(server, customer) == [*expected, "app/open", "user/reset_anonymous_id"]
    assert events(server, customer)[2]["context"]["os"] == {"name": "android"}

    anonymous = visitor(server, after)
    assert anonymous["stage"] == "anonymous"
    assert names(server, anonymous) == ["session/start", "view_product"]


def test_a_page_can_load_it_as_a_script(server: Server, visits: Visits, collector: str) -> None:
    page = visits().open()
    page.add_script_tag(url=f"{collector}/sdk/mobile.js")
    keys = server.keys["antsomi"]
    uid = page.evaluate(
        """async (options) => {
          const { config, track, getUid, flush } = window.passerby;
          config(options);
          track({ en: "view_product" });
          await flush();
          return getUid();
        }""",
        {"url": collector, "portalId": keys["portal_id"], "propId": keys["prop_id"]},
    )
    assert names(server, visitor(server, uid)) == ["session/start", "app/open", "view_product"]
