"""Kinds of keys; generates, validates and hashes keys.

A secret is stored as its SHA-256. A slow hash such as argon2 would only slow down every request: a generated secret has
256 random bits, so a stolen hash cannot be reversed by guessing. Passwords are chosen by people and need a slow hash
(`passwords.py`).
"""

from __future__ import annotations

import hashlib
import math
import secrets
from collections import Counter
from collections.abc import Mapping
from typing import Final

from passerby.accounts.errors import BadKeyValue, UnknownKind
from passerby.dialects import registry
from passerby.dialects.common.keys import SECRET_PREFIX, secret
from passerby.dialects.dialect import KeyKind

__all__ = ["API_TOKEN", "KINDS", "SECRET_PREFIX"]

LEAST_ENTROPY_BITS: Final = 60
"""Least Shannon entropy of a given secret, from its own character frequencies: `aaaaaa...` has none."""

API_TOKEN: Final = "api_token"  # noqa: S105 - the name of a kind of keys
KINDS: Final[Mapping[str, KeyKind]] = {API_TOKEN: secret(API_TOKEN, "API token"), **registry.KEY_KINDS}
"""By name: the management API's tokens, then the keys of every dialect."""


def kind_named(kind: str) -> KeyKind:
    """Return the kind with this name. Raises UnknownKind."""
    if kind not in KINDS:
        raise UnknownKind(kind, KINDS)
    return KINDS[kind]


def new_value(kind: str) -> str:
    """Generate a random key of this kind."""
    return kind_named(kind).make(secrets.token_bytes)


def check(kind: str, value: str) -> None:
    """Validate a given key. Raises BadKeyValue."""
    about = kind_named(kind)
    # Public keys are in every web page, so only guarded ones have to be hard to guess.
    if not about.pattern.fullmatch(value) or (
        about.guarded
        and entropy(value.removeprefix(about.webhook.prefix if about.webhook else "")) < LEAST_ENTROPY_BITS
    ):
        raise BadKeyValue(kind, about.form)


def entropy(text: str) -> float:
    """Return the Shannon entropy of a text in bits, from its own character frequencies."""
    return sum(count * math.log2(len(text) / count) for count in Counter(text).values())


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def stored(kind: str, value: str) -> str:
    """Return the stored form of a key: the hash of a secret, a public key itself."""
    return digest(value) if kind_named(kind).secret else value
