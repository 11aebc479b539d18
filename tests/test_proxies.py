"""The client's address behind reverse proxies: the right-most hop that is not a trusted proxy."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.proxies import MOST_HOPS, Networks, TrustedProxies

LOCAL = "127.0.0.1"
PROXIES = TrustedProxies(Networks("127.0.0.0/8,::1,10.0.0.0/8,2001:db8:ffff::/48"))


def xff(*values: str) -> list[tuple[bytes, bytes]]:
    return [(b"x-forwarded-for", value.encode()) for value in values]


def forwarded(*values: str) -> list[tuple[bytes, bytes]]:
    return [(b"forwarded", value.encode()) for value in values]


@pytest.mark.parametrize(
    "headers, expected",
    [
        (xff("203.0.113.7"), "203.0.113.7"),
        (xff("198.51.100.1, 203.0.113.7"), "203.0.113.7"),
        (xff("198.51.100.1, 203.0.113.7, 10.1.2.3"), "203.0.113.7"),
        (xff("198.51.100.1", "203.0.113.7", "10.1.2.3,10.4.5.6"), "203.0.113.7"),
        (xff("10.0.0.7, 10.1.2.3"), "10.0.0.7"),
        (xff("203.0.113.7:4711"), "203.0.113.7"),
        (xff("[2001:db8::17]:4711"), "2001:db8::17"),
        (xff("2001:DB8::17"), "2001:db8::17"),
        (xff("[fe80::1%eth0]"), "fe80::1"),
        (xff("::ffff:203.0.113.7"), "203.0.113.7"),
        (xff("198.51.100.1, ::ffff:10.0.0.1"), "198.51.100.1"),
        (xff("198.51.100.1, unknown, 10.0.0.1"), "10.0.0.1"),
        (xff("198.51.100.1, 203.0.113.7:"), LOCAL),
        (xff("198.51.100.1, 203.0.113.7:65536"), LOCAL),
        (xff("198.51.100.1, [2001:db8::1"), LOCAL),
        (xff("198.51.100.1, [2001:db8::1]x"), LOCAL),
        (xff("1" * 100_000), LOCAL),
        (xff(""), LOCAL),
        (xff(", ,"), LOCAL),
        (forwarded("for=203.0.113.7"), "203.0.113.7"),
        (forwarded('for=198.51.100.1;proto=http, For="[2001:db8:cafe::17]:4711";By=10.0.0.1'), "2001:db8:cafe::17"),
        (forwarded("for=203.0.113.7", "for=10.0.0.1;by=_a"), "203.0.113.7"),
        (forwarded('for="', "for=203.0.113.7"), "203.0.113.7"),
        (forwarded('for=", for=203.0.113.7'), "203.0.113.7"),
        (forwarded("for=198.51.100.1, proto=https"), LOCAL),
        (forwarded("for=_hidden"), LOCAL),
        ([(b"x-real-ip", b"203.0.113.7")], "203.0.113.7"),
        ([*forwarded("for=198.51.100.1"), *xff("203.0.113.7"), (b"x-real-ip", b"198.51.100.2")], "203.0.113.7"),
        ([(b"x-real-ip", b"198.51.100.2"), *forwarded("for=203.0.113.7")], "203.0.113.7"),
        ([], LOCAL),
    ],
)
def test_the_rightmost_hop_that_is_no_trusted_proxy_is_the_client(
    headers: list[tuple[bytes, bytes]], expected: str
) -> None:
    assert PROXIES.client(LOCAL, headers) == expected


@pytest.mark.parametrize("peer", ["203.0.113.9", "2001:db8::9", "", "not an address"])
def test_headers_of_any_other_peer_are_ignored(peer: str) -> None:
    headers = [*xff("198.51.100.1"), *forwarded("for=198.51.100.1;proto=https"), (b"x-real-ip", b"198.51.100.1")]
    assert PROXIES.client(peer, headers) == peer
    assert PROXIES.scheme(peer, [*headers, (b"x-forwarded-proto", b"https")], "http") == "http"
    assert TrustedProxies(Networks()).client(LOCAL, headers) == LOCAL


def test_a_mapped_address_of_a_trusted_proxy_is_trusted() -> None:
    assert PROXIES.client("::ffff:127.0.0.1", xff("203.0.113.7")) == "203.0.113.7"


def test_only_the_named_header_is_read() -> None:
    headers = [*xff("198.51.100.1"), *forwarded("for=198.51.100.2"), (b"x-real-ip", b"203.0.113.7")]
    assert TrustedProxies(header="x-real-ip").client(LOCAL, headers) == "203.0.113.7"
    assert TrustedProxies(header="forwarded").client(LOCAL, headers) == "198.51.100.2"
    assert TrustedProxies(header="forwarded").client(LOCAL, xff("198.51.100.1")) == LOCAL


def test_a_bounded_number_of_hops_is_read() -> None:
    chain = ", ".join(["203.0.113.7", *["10.0.0.1"] * MOST_HOPS])
    assert PROXIES.client(LOCAL, xff(chain)) == "10.0.0.1"
    assert PROXIES.client(LOCAL, xff(*["10.0.0.1"] * 10_000)) == "10.0.0.1"


@pytest.mark.parametrize(
    "headers, expected",
    [
        ([(b"x-forwarded-proto", b"https")], "https"),
        ([(b"x-forwarded-proto", b"HTTPS, http")], "https"),
        ([(b"x-forwarded-proto", b"javascript")], "http"),
        ([(b"x-forwarded-proto", b"https" * 100_000)], "http"),
        (forwarded('for=203.0.113.7;proto="https"'), "https"),
        (forwarded("for=203.0.113.7"), "http"),
        ([], "http"),
    ],
)
def test_a_trusted_proxy_names_the_scheme(headers: list[tuple[bytes, bytes]], expected: str) -> None:
    assert PROXIES.scheme(LOCAL, headers, "http") == expected


HOSTILE = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.one_of(
            st.ip_addresses().map(str),
            st.sampled_from(['for="', "for=", "[", "]", "%", ":", "::", '"', "unknown", "for=[::1%25]:99999", ";;=;"]),
            st.text(max_size=80),
        ),
        max_size=40,
    ).map(lambda parts: ",".join(parts).encode()),
)
NAMES = st.sampled_from([b"x-forwarded-for", b"forwarded", b"x-real-ip", b"x-forwarded-proto", b"host"])


@given(st.lists(st.tuples(NAMES, HOSTILE), max_size=8), st.sampled_from([LOCAL, "10.0.0.1", "203.0.113.7", ""]))
def test_the_clients_address_is_one_line_for_any_headers(headers: list[tuple[bytes, bytes]], peer: str) -> None:
    client = PROXIES.client(peer, headers)
    assert client == peer or str(ipaddress.ip_address(client)) == client
    assert PROXIES.scheme(peer, headers, "http") in {"http", "https"}


@given(HOSTILE, st.ip_addresses(v=4).filter(lambda ip: not str(ip).startswith(("127.", "10."))))
def test_what_a_client_writes_never_hides_the_address_that_a_proxy_appends(written: bytes, ip: object) -> None:
    appended = str(ip).encode()
    assert PROXIES.client(LOCAL, [(b"x-forwarded-for", written + b", " + appended)]) == str(ip)
    assert PROXIES.client(LOCAL, [(b"forwarded", written + b", for=" + appended)]) == str(ip)
    assert PROXIES.client(LOCAL, [(b"x-forwarded-for", written), (b"x-forwarded-for", appended)]) == str(ip)
