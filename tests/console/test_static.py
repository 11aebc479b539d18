"""Static files of the console: few, small, unchanged, and cached."""

from __future__ import annotations

import gzip
import hashlib
from importlib import resources
from pathlib import Path

import pytest
from tests.console.console_server import ConsoleServer

from passerby.console.static import files

STYLE_BYTES = 20 * 1024
ALL_PACKED_BYTES = 100 * 1024
VENDORED = Path(str(resources.files("passerby.console"))) / "static" / "vendor"
VENDORED_FOR_TESTS = Path(__file__).parent / "vendor"


def listed(folder: Path) -> dict[str, str]:
    """The hashes that a folder's list gives, by file."""
    lines = [line.split() for line in (folder / "hashes").read_text().splitlines() if not line.startswith("#")]
    return {name: digest for digest, name, *_ in lines}


def test_the_style_sheet_is_small() -> None:
    assert len(files().by_path["style.css"].plain) <= STYLE_BYTES


def test_all_files_together_are_small() -> None:
    assert sum(len(file.packed) for file in files().by_path.values()) <= ALL_PACKED_BYTES


def test_what_is_vendored_is_what_its_makers_published() -> None:
    found = {path.name: path.read_bytes() for path in VENDORED.iterdir() if path.suffix in {".js", ".css"}}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} == listed(VENDORED)


def test_what_is_vendored_for_tests_is_so_too() -> None:
    found = {path.stem: gzip.decompress(path.read_bytes()) for path in VENDORED_FOR_TESTS.glob("*.gz")}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} == listed(VENDORED_FOR_TESTS)


@pytest.mark.parametrize("folder", [VENDORED, VENDORED_FOR_TESTS])
def test_vendored_files_have_their_licence_next_to_them(folder: Path) -> None:
    owners = {name.partition(".")[0] for name in listed(folder)}
    assert {path.stem for path in folder.glob("*.LICENSE")} == owners


def test_files_are_kept_for_good_and_sent_compressed_where_that_is_understood(console: ConsoleServer) -> None:
    with console.client() as client:
        for path, file in files().by_path.items():
            packed = client.get(files().url(path), headers={"Accept-Encoding": "gzip"})
            assert packed.content == file.plain
            assert packed.headers["content-encoding"] == "gzip"
            assert "immutable" in packed.headers["cache-control"]
            plain = client.get(files().url(path), headers={"Accept-Encoding": "identity"})
            assert plain.content == file.plain
            assert "content-encoding" not in plain.headers


def test_another_version_or_path_is_not_there(console: ConsoleServer) -> None:
    url = files().url("style.css")
    with console.client() as client:
        for missing in (url.replace(files().version, "0" * 12), f"{url}x", f"/static/{files().version}/../app.py"):
            assert client.get(missing).status_code == 404


def test_a_template_cannot_name_a_file_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        files().url("style.scss")
