"""Programs that run the JavaScript: Debian packages, required by these tests."""

from __future__ import annotations

import os
import shutil

import pytest

REQUIRED = "BROWSER_REQUIRED"
"""Set where a missing program is a failure."""

PACKAGES = {"chromium": "chromium", "node": "nodejs", "tsc": "node-typescript"}


def program(name: str) -> str:
    """The path of a program, or the end of this test."""
    found = shutil.which(name)
    if found:
        return found
    message = f"{name} is not there: install Debian's {PACKAGES[name]}"
    if os.environ.get(REQUIRED):
        pytest.fail(message)
    pytest.skip(message)
