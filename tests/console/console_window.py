"""A browser session on the console that records script errors, failed requests and policy violations."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

_AXE = Path(__file__).parent / "vendor" / "axe.min.js.gz"
_WATCH = """
window.addEventListener("securitypolicyviolation", (event) => {
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""
PATIENCE_MS = 30_000
HEAVY = frozenset({"serious", "critical"})


@cache
def axe() -> str:
    """The source of axe-core."""
    return gzip.decompress(_AXE.read_bytes()).decode()


class ConsoleWindow:
    """One window. Errors on the console, uncaught exceptions, failed loads and policy reports are faults."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.faults: list[str] = []
        self.expected: tuple[str, ...] = ()
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(_WATCH)
        self.page: Page = context.new_page()
        self.page.on("console", lambda message: self._note(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self._note(f"uncaught: {error}"))
        self.page.on("dialog", lambda dialog: self._note(f"dialog: {dialog.message}"))

    def _note(self, text: str) -> None:
        if not any(part in text for part in self.expected):
            self.faults.append(f"{self.page.url}: {text}")

    def open(self, path: str) -> Page:
        """Go to a page."""
        self.page.goto(path)
        return self.page

    def audit(self, **options: Any) -> list[str]:
        """What axe-core finds of serious or critical faults on the page; `options` are its own."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(axe())
        found: dict[str, Any] = self.page.evaluate(f"axe.run({json.dumps({'resultTypes': ['violations'], **options})})")
        return [
            f"{self.page.url}: {each['id']}: {node['target']} {json.dumps(node['failureSummary'])}"
            for each in found["violations"]
            if each["impact"] in HEAVY
            for node in each["nodes"]
        ]
