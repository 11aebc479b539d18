"""What no file of the repository says, and what every file looks like.

The words looked for are put together here, so that this file does not say them either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.house.repository import files, texts

REGISTRIES = (
    "pypi" + r"\.org",
    "pythonhosted" + r"\.org",
    "npmjs" + r"\.(org|com)",
    "deb" + r"\.debian\.org",
    "crates" + r"\.io",
    "proxy\\.golang" + r"\.org",
    "maven" + r"\.org",
    "conda" + r"\.anaconda\.org",
    "(--)?(extra-)?index" + "[-_]url *[=:] *[\"']?http",
)
MACHINE_PATHS = (
    r"(?<![\w.})~-])/(wo" + "rk|ro" + "ot|ho" + r"me/\w+)/",
    r"/t" + r"mp/\w*lab\b",
    r"/op" + "t/wheels",
)
LEFT_UNDONE = (r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bXX" + r"X\b", "NotImpl" + r"ementedError\b")
LEFT_OUT_OF_COVERAGE = ("pragma: *no" + " *(cover|branch)",)
SECRETS = ("-----BEGIN [A-Z ]*PRIVATE" + " KEY", r"\bAKI" + r"A[0-9A-Z]{16}\b", r"\bgh" + r"[pousr]_\w{36}")


def lines_saying(pattern: str) -> Iterator[str]:
    """Where the pattern occurs, as `path:line: text`."""
    wanted = re.compile(pattern)
    for path, text in texts():
        for number, line in enumerate(text.splitlines(), start=1):
            if wanted.search(line):
                yield f"{path}:{number}: {line.strip()}"


@pytest.mark.parametrize("pattern", REGISTRIES)
def test_no_file_names_a_package_registry(pattern: str) -> None:
    assert not list(lines_saying(pattern))


@pytest.mark.parametrize("pattern", MACHINE_PATHS)
def test_no_file_names_a_path_of_the_machine_it_was_written_on(pattern: str) -> None:
    assert not list(lines_saying(pattern))


@pytest.mark.parametrize("pattern", LEFT_UNDONE)
def test_no_comment_marks_unfinished_work(pattern: str) -> None:
    assert not list(lines_saying(pattern))


@pytest.mark.parametrize("pattern", LEFT_OUT_OF_COVERAGE)
def test_no_line_is_left_out_of_coverage(pattern: str) -> None:
    assert not list(lines_saying(pattern))


@pytest.mark.parametrize("pattern", SECRETS)
def test_no_file_holds_a_secret(pattern: str) -> None:
    assert not list(lines_saying(pattern))


def test_every_text_ends_with_one_newline_and_no_line_with_a_space() -> None:
    """What is vendored stays as its makers wrote it, byte for byte."""
    untidy = [path for path, text in texts() if re.search(r"[ \t\r]+$|\n\n\Z|[^\n]\Z", text, re.MULTILINE)]
    assert not [path for path in untidy if path != "LICENSE" and "/vendor/" not in path]


def test_no_file_is_larger_than_half_a_megabyte() -> None:
    assert not [path for path in files() if path.stat().st_size > 512 * 1024]
