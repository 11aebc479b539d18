"""The store's own record in its directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from passerby.event_store.chdb import marker
from passerby.event_store.chdb.marker import Marker


def test_nothing_is_remembered_at_first(tmp_path: Path) -> None:
    assert marker.read(tmp_path) is None


@pytest.mark.parametrize("refilling", [True, False])
def test_what_was_written_last_is_remembered(tmp_path: Path, *, refilling: bool) -> None:
    marker.write(tmp_path, Marker(refilling=not refilling))
    last = Marker(refilling=refilling, row=7, positions="40", claimed=9)
    marker.write(tmp_path, last)
    assert marker.read(tmp_path) == last
    assert [file.name for file in tmp_path.iterdir()] == ["passerby.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"refilling":"yes"}', b"[]"])
def test_what_cannot_be_read_asks_for_a_refill(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "passerby.json").write_bytes(content)
    assert marker.read(tmp_path) == Marker(refilling=True, row=0)


@pytest.mark.parametrize(
    "content, known",
    [(b'{"refilling":false}', Marker(refilling=False)), (b'{"refilling":true}', Marker(refilling=True, row=0))],
)
def test_that_of_an_older_release_does_not_say_how_far_it_was(tmp_path: Path, content: bytes, known: Marker) -> None:
    (tmp_path / "passerby.json").write_bytes(content)
    assert marker.read(tmp_path) == known
