"""The directory into which `make clients` installs the vendors' clients; these tests require them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

REQUIRED: Final = "CLIENTS_REQUIRED"
"""Set where missing clients are a failure."""

HERE: Final = Path(__file__).parent
PACKAGES: Final = HERE / "node_modules"
PYTHON: Final = HERE / ".venv" / "bin" / "python"


def found(path: Path) -> Path:
    """The path, or the end of this test where it does not exist."""
    if path.exists():
        return path
    message = f"{path.relative_to(HERE.parent.parent)} is missing: run `make clients`"
    if os.environ.get(REQUIRED):
        pytest.fail(message)
    pytest.skip(message)
