"""Kinds of keys that several vendors have, and the search for a key in a rejected body."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from passerby.dialects.dialect import KeyKind, RandomBytes

SECRET_PREFIX: Final = "pby_"  # noqa: S105 - marks secrets, so that scanners and the log's redaction recognise them
SECRET_BYTES: Final = 32
LEAST_SECRET_LENGTH: Final = 32
"""Characters of a secret that clients use already: its plain hash protects only what cannot be guessed."""

_WORD: Final = re.compile(r"[A-Za-z0-9_.~-]{6,128}")
_SECRET: Final = re.compile(rf"[\x21-\x7e]{{{LEAST_SECRET_LENGTH},256}}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")

# The value of a JSON member without quotes, backslashes and white space, which no key has.
_KEY: Final = rb'"\s*:\s*"([\x21\x23-\x5b\x5d-\x7e]{1,128})"'
_TRIED: Final = 5
"""Members of a rejected body that are tried as keys: each costs a lookup, and the client chooses their number."""


def secret(name: str, title: str) -> KeyKind:
    """Return a kind of secret key. Generated ones are a prefix followed by 256 random bits in base64."""
    return KeyKind(
        name=name,
        title=title,
        make=lambda random: SECRET_PREFIX + urlsafe_b64encode(random(SECRET_BYTES)).rstrip(b"=").decode(),
        pattern=_SECRET,
        form=f"{LEAST_SECRET_LENGTH} to 256 visible ASCII characters, and random",
        secret=True,
        guarded=True,
    )


def word(name: str, title: str, make: Callable[[RandomBytes], str]) -> KeyKind:
    """Return a kind of public key of letters, digits and characters that need no escaping in a path."""
    form = "6 to 128 letters, digits or any of _ . ~ -"
    return KeyKind(name=name, title=title, make=make, pattern=_WORD, form=form)


def hexadecimal(characters: int) -> Callable[[RandomBytes], str]:
    """Return a generator of keys with this many random hexadecimal characters."""
    return lambda random: random(characters // 2).hex()


def number(name: str, title: str) -> KeyKind:
    """Return a kind of public key that is a number. Generated ones have nine digits."""
    return KeyKind(
        name=name,
        title=title,
        # 64 bits are so many more than the range needs that the remainder favours no number noticeably.
        make=lambda random: str(10**8 + int.from_bytes(random(8)) % (9 * 10**8)),
        pattern=_NUMBER,
        form="a number above 0",
        number=True,
    )


def member(field: str) -> re.Pattern[bytes]:
    """Return the pattern for `members` of a JSON member with this name."""
    return re.compile(b'"' + re.escape(field.encode()) + _KEY)


def members(body: bytes, pattern: re.Pattern[bytes]) -> Iterator[str]:
    """Yield the values of matching members at any depth. Searched as bytes: the body may be truncated or no JSON."""
    for found in islice(pattern.finditer(body), _TRIED):
        yield found[1].decode("ascii")
