"""The head of a request, and a mapping of its headers that decodes values on access."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec


class Head(msgspec.Struct, frozen=True):
    """Request line and headers. The path is percent-decoded, names of headers are lower-case, in the order received.

    `client` is the address of the TCP peer, "" where there is none.
    """

    method: str
    path: str
    query: str
    headers: list[tuple[bytes, bytes]]
    client: str


class Headers(Mapping[str, str]):
    """Headers by lower-case name; the last value of a repeated header.

    A dialect reads two or three of the dozen headers that clients send, so decoding all of them would be waste.
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: Mapping[bytes, bytes]) -> None:
        self._raw = raw

    def __getitem__(self, name: str) -> str:
        return self._raw[name.encode("latin-1")].decode("latin-1")

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]  # one of its two forms
        value = self._raw.get(name.encode("latin-1", "replace"))
        return default if value is None else value.decode("latin-1")

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._raw)

    def __len__(self) -> int:
        return len(self._raw)
