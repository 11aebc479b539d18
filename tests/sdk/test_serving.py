"""Serving of the SDK files: compressed, with ETags, cached for a while."""

from __future__ import annotations

import gzip

import pytest

from passerby.dialects.contract import Fault, Reply
from passerby.sdk.files import FILES
from passerby.sdk.serving import answer, match

FILE = FILES["web_event.js"]


def header(reply: Reply, name: str) -> str | None:
    return dict(reply.headers).get(name)


def test_a_browser_gets_the_file_packed() -> None:
    reply = answer(FILE, {"accept-encoding": "gzip, deflate, br, zstd"})
    assert reply.status == 200
    assert gzip.decompress(reply.body) == FILE.plain
    assert header(reply, "Content-Encoding") == "gzip"
    assert reply.content_type == "text/javascript; charset=utf-8"


def test_each_file_says_which_language_it_is() -> None:
    kinds = {name: answer(file, {}).content_type for name, file in FILES.items()}
    scripts = dict.fromkeys(["web_event.js", "mobile.js", "mobile.mjs"], "text/javascript; charset=utf-8")
    assert kinds == scripts | {"mobile.d.ts": "application/typescript; charset=utf-8"}


@pytest.mark.parametrize(
    "accepted, packed",
    [
        ("", False),
        ("br", False),
        ("identity", False),
        ("gzip", True),
        ("GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=much", False),
        (";,=;", False),
    ],
)
def test_it_is_compressed_for_clients_that_accept_it(accepted: str, packed: bool) -> None:  # noqa: FBT001 - one of a table's columns
    reply = answer(FILE, {"accept-encoding": accepted})
    assert (reply.body == FILE.packed) is packed
    assert (reply.body == FILE.plain) is not packed
    assert header(reply, "Vary") == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "gzip"])
def test_a_cached_file_gets_a_short_304(accepted: str) -> None:
    tag = header(answer(FILE, {"accept-encoding": accepted}), "ETag")
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        reply = answer(FILE, {"accept-encoding": accepted, "if-none-match": str(asked)})
        assert (reply.status, reply.body) == (304, b"")
        assert header(reply, "ETag") == tag
    assert answer(FILE, {"accept-encoding": accepted, "if-none-match": '"other"'}).status == 200


def test_each_form_of_each_file_has_a_tag_of_its_own() -> None:
    tags = [tag for file in FILES.values() for tag in (file.plain_tag, file.packed_tag)]
    assert len(set(tags)) == len(tags)


def test_any_page_may_load_it_and_keep_it_for_an_hour() -> None:
    reply = answer(FILE, {})
    assert header(reply, "Cache-Control") == "public, max-age=3600"
    assert header(reply, "X-Content-Type-Options") == "nosniff"
    assert header(reply, "Cross-Origin-Resource-Policy") == "cross-origin"


def test_there_are_three_files_and_no_more() -> None:
    assert set(FILES) == {"web_event.js", "mobile.js", "mobile.mjs", "mobile.d.ts"}
    for name in FILES:
        call = match(f"/sdk/{name}")
        assert call is not None
        assert call.methods == {"GET", "HEAD"}
    assert match("/sdk/") is None
    assert match("/sdk/md5.js") is None


def test_errors_have_the_shape_of_the_api() -> None:
    call = match("/sdk/mobile.js")
    assert call is not None
    reply = call.fault(Fault.METHOD_NOT_ALLOWED, "")
    assert reply.status == 405
    assert reply.body.startswith(b'{"error":{"code":"method_not_allowed"')
