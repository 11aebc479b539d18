"""Compressed bodies are decompressed within a limit or rejected."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.dialects.contract import Fault, RequestFault
from passerby.edge.gzip import GZIP_MAGIC, MEMBERS, decompress

NO_PACKING = ("", "identity", "Identity", "utf-8", "UTF8", "identity, utf-8")


@given(parts=st.lists(st.binary(), min_size=1, max_size=5), encoding=st.sampled_from(["gzip", "x-gzip", " GZIP "]))
def test_decompression_restores_the_compressed_bytes(parts: list[bytes], encoding: str) -> None:
    packed = b"".join(map(gzip.compress, parts))
    assert decompress(packed, encoding, 10_000) == b"".join(parts)


@given(body=st.binary().filter(lambda body: not body.startswith(GZIP_MAGIC)), encoding=st.sampled_from(NO_PACKING))
def test_what_is_not_packed_is_left_alone(body: bytes, encoding: str) -> None:
    assert decompress(body, encoding, 0) == body


@given(encoding=st.sampled_from([*NO_PACKING, "gzip", "br", "aws-chunked", "UTF-8, gzip"]) | st.text())
@pytest.mark.parametrize(
    "body", [b'{"a": 1}', b" \r\n[]", b'\xef\xbb\xbf{"a": 1}', b"event=Paid&properties.a=1", b'"x"']
)
def test_text_is_taken_whatever_the_header_says(body: bytes, encoding: str) -> None:
    assert decompress(body, encoding, 0) == body


@given(encoding=st.sampled_from([*NO_PACKING, "gzip", "br", "utf-8, gzip"]))
def test_gzip_is_detected_by_its_first_bytes_whatever_the_header_is(encoding: str) -> None:
    assert decompress(gzip.compress(b"{}"), encoding, 2) == b"{}"


@given(body=st.binary(min_size=1), encoding=st.sampled_from(["gzip", "br", "deflate", "zstd"]))
def test_what_is_packed_otherwise_is_refused(body: bytes, encoding: str) -> None:
    with pytest.raises(RequestFault) as refused:
        decompress(b"\x0b" + body, encoding, 1_000)
    assert refused.value.fault is Fault.BAD_ENCODING


@given(size=st.integers(1, 5_000), limit=st.integers(0, 5_000))
def test_the_limit_is_exact(size: int, limit: int) -> None:
    packed = gzip.compress(b"a" * (size // 2)) + gzip.compress(b"b" * (size - size // 2))
    if size <= limit:
        assert len(decompress(packed, "gzip", limit)) == size
    else:
        with pytest.raises(RequestFault) as refused:
            decompress(packed, "gzip", limit)
        assert refused.value.fault is Fault.TOO_LARGE


def test_an_empty_body_is_not_packed_whatever_the_header_says() -> None:
    assert decompress(b"", "gzip", 10) == b""


def test_a_body_of_countless_empty_gzips_is_refused() -> None:
    assert decompress(gzip.compress(b"") * MEMBERS, "gzip", 10) == b""
    with pytest.raises(RequestFault) as refused:
        decompress(gzip.compress(b"") * (MEMBERS + 1), "gzip", 10)
    assert refused.value.fault is Fault.BAD_ENCODING
