"""Fixtures and hypothesis profiles shared by all tests."""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

# No deadline: an example's duration depends on the machine's other work, and no test here is about time.
settings.register_profile("developer", deadline=None)
# What CI says of a change depends on the change alone: the same examples every time. Developers try new ones.
settings.register_profile("ci", deadline=None, derandomize=True)
# `make prove`: the same properties, tried for long.
settings.register_profile("prove", deadline=None, max_examples=20_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("prove" if os.environ.get("PROVE_LONG") else "ci" if os.environ.get("CI") else "developer")


MEMORY = Path("/dev/shm")  # noqa: S108 - not a file: each run makes a directory of its own in it
MEMORY_NEEDED_BYTES = 4 << 30
"""Several times what the largest run of all tests has needed."""

# Temporary files go to memory where there is enough: tests sync thousands of small files, and none is about the disk.
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED_BYTES:
    tempfile.tempdir = str(MEMORY)

_RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|pby_.*", re.DOTALL)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """The same name in every run, and so in each of the processes that share one, whatever is random in it."""
    if isinstance(val, bytes) or (isinstance(val, str) and _RANDOM.fullmatch(val)):
        return argname
    return None


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Restore logging after each test: the stream a test configured may be closed by the next."""
    configured, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    yield
    structlog.configure(**configured)
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory that does not exist yet, as for a server's first start."""
    return tmp_path / "data"


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A function that names a TCP port of 127.0.0.1 on which nothing listens."""
    return _free_port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
