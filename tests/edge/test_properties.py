"""No request causes an internal error, and the next request is served (property tests)."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.crossengage.crossengage_calls import REAL
from tests.dialects.dialect_calls import API_KEY, AUTH_TOKEN, CALLS, TRACK
from tests.edge.client import Client, request
from tests.edge.edge_server import RunningEdge, until

from passerby.dialects.contract import Lookup, LookupResult
from passerby.log.sqlite.store import SqliteLogWriter
from passerby.settings import EdgeSettings

GOOD = b'{"mobileId":"m1","event":"Viewed"}'
METHODS = ("POST", "POST", "POST", "PUT", "GET", "HEAD", "OPTIONS", "DELETE", "PATCH")
ENCODINGS = ("", "gzip", "identity", "br", "deflate", "GZIP ", "gzip,gzip")
FIELDS = ("mobileId", "userId", "email", "businessUnit", "event", "eventName", "eventTime", "timestamp", "type")
OBJECTS = ("properties", "traits", "eventData", "attributes", "events", "users")

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)
bodies = st.one_of(
    st.binary(),
    values.map(msgspec.json.encode),
    st.dictionaries(st.sampled_from(FIELDS + OBJECTS), values).map(msgspec.json.encode),
)
paths = st.one_of(
    st.sampled_from((*CALLS, *REAL)),
    st.text(st.characters(min_codepoint=33, max_codepoint=126)).map(lambda text: f"/{text}"),
    st.sampled_from(CALLS).flatmap(lambda path: st.binary().map(lambda cut: path + "%" + cut.hex())),
)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=50)
header_names = st.sampled_from(["X-Request-Id", "User-Agent", "Content-Type", "Origin", "X-Forwarded-For"])
preflight_headers = st.sampled_from(["Access-Control-Request-Headers", "Access-Control-Request-Method"])


class Unknowing:
    """A directory over an empty state."""

    async def known(self, _inquiry: Lookup) -> LookupResult:
        return LookupResult()


@pytest.fixture(scope="module")
def edge() -> Iterator[RunningEdge]:
    with tempfile.TemporaryDirectory() as folder, closing(SqliteLogWriter(Path(folder) / "log.db")) as log:
        running = RunningEdge(log, EdgeSettings(rate_limits="off"), lookup=Unknowing())
        running.start()
        yield running
        running.stop()


def still_well(edge: RunningEdge) -> None:
    """Assert that there was no internal error and that a valid request is accepted."""
    with closing(Client(edge.port)) as client:
        assert client.ask(TRACK, GOOD).status == 202
    until(lambda: not edge.edge.budget.taken)
    assert edge.edge.counts.internal_errors == 0


def in_bytes(method: str, path: str, body: bytes, encoding: str, headers: dict[str, str]) -> tuple[str, bytes]:
    """A request and its method."""
    lines = [f"{method} {path} HTTP/1.1", "Host: e", f"Content-Length: {len(body)}", f"Authorization: Bearer {API_KEY}"]
    lines += [f"X-XNG-AuthToken: {AUTH_TOKEN}", f"X-XNG-ApiVersion: {1 + len(body) % 2}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Encoding: {encoding}"] if encoding else []
    return method, "\r\n".join([*lines, "", ""]).encode("latin-1") + body


requests = st.builds(
    in_bytes,
    method=st.sampled_from(METHODS),
    path=paths,
    body=bodies,
    encoding=st.sampled_from(ENCODINGS),
    headers=st.dictionaries(header_names | preflight_headers, header_values),
)


@given(sent=requests)
def test_a_request_is_answered_in_good_order(edge: RunningEdge, sent: tuple[str, bytes]) -> None:
    method, data = sent
    with closing(Client(edge.port)) as client:
        client.send(data)
        assert 200 <= client.answer(method).status < 500
    still_well(edge)


@given(
    data=st.lists(
        st.one_of(
            st.binary(),
            st.sampled_from([request(path, GOOD) for path in CALLS]),
            st.tuples(st.sampled_from([request(path, GOOD) for path in CALLS]), st.integers(0, 200), st.binary()).map(
                lambda cut: cut[0][: cut[1]] + cut[2] + cut[0][cut[1] :]
            ),
        ),
        max_size=4,
    )
)
def test_any_bytes_do_no_harm(edge: RunningEdge, data: list[bytes]) -> None:
    answers = b""
    with closing(Client(edge.port)) as client, contextlib.suppress(OSError):
        for piece in data:
            client.send(piece)
        client.half_close()
        answers = client.rest()
    assert not re.search(rb"HTTP/1.1 5\d\d", answers)
    still_well(edge)
