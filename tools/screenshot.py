"""Takes the README's screenshot: a profile in the console of a server with sample data.

    PYTHON -m tools.screenshot docs/images/profile.png

Run in the development environment; needs Chromium (`make browser`). Takes about a minute.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright
from tests.server_process import serving

USERS: Final = 400
WIDTH, HEIGHT = 1280, 800
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking")


def main(file: Path) -> int:
    """Write the screenshot. Return the exit code."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "data") as server,
        sync_playwright() as browsers,
    ):
        demo = [sys.executable, "-m", "passerby", "demo", "--people", str(USERS), "--data", str(server.data), "--json"]
        report = json.loads(subprocess.run(demo, check=True, capture_output=True).stdout)
        profile = max(report["worth_a_look"], key=lambda each: each["members"])["profile"]
        console = f"http://127.0.0.1:{server.console_port}"
        browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(f"{console}/sign-in")
        page.fill("[name=user]", server.keys["console"]["user"])
        page.fill("[name=password]", server.keys["console"]["password"])
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{console}/p/**")
        page.goto(f"{console}/p/default/profiles/{profile}")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=file)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
