"""The kinds of keys: which are secret, what they look like, how they are made and how they are stored.

A *public* key only says which project a call is meant for; it stands in apps and pages that anybody can read, and is
stored as it is. A *secret* is stored as its SHA-256. A plain hash is enough here, and a slow one such as argon2 would
only slow every request down: a secret that Passerby makes holds 256 random bits, so that trying values against a
stolen hash is hopeless at any speed. Passwords are another matter: people choose them (`passwords.py`).
"""

from __future__ import annotations

import hashlib
import math
import re
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from passerby.projects.errors import BadKeyValue, UnknownKind

SECRET_PREFIX = "pby_"  # noqa: S105 - marks secrets, so that scanners and our own logs recognise them
SECRET_BYTES = 32
LEAST_SECRET_LENGTH = 32
"""A secret brought along from elsewhere has to be this long: a plain hash protects only what cannot be guessed."""


WEBHOOK_PREFIX = "/source/"
LEAST_ENTROPY_BITS = 60
"""Least Shannon entropy of a given secret, from its own character frequencies: `aaaaaa...` has none."""


class Kind(NamedTuple):
    """One kind of key: whether it is secret, how to make one, and the form that a given one must have.

    `guarded`: knowing it is enough to send, and it is meant for one sender only. Secrets are that, and the path
    of a webhook, which has to be read again to be pasted: administrators see it, viewers do not.
    """

    secret: bool
    make: Callable[[], str]
    pattern: re.Pattern[str]
    form: str
    guarded: bool = False


def _secret() -> str:
    return SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def _hexadecimal(characters: int) -> Callable[[], str]:
    return lambda: secrets.token_hex(characters // 2)


def _number() -> str:
    return str(10**8 + secrets.randbelow(9 * 10**8))


def _license_code() -> str:
    """The vendor's own shape with a tilde: what breaks on it should break here first (WebEngage, REST API, hosts)."""
    return "~" + secrets.token_hex(4)


def _webhook_path() -> str:
    """The slug is all that protects a webhook, so it holds 128 random bits (CustomerLabs, sources)."""
    return f"/source/{secrets.token_hex(16)}/"


_WORD = re.compile(r"[A-Za-z0-9_.~-]{6,128}")
_WORD_FORM = "6 to 128 letters, digits or any of _ . ~ -"
_SECRET = Kind(
    secret=True,
    make=_secret,
    pattern=re.compile(rf"[\x21-\x7e]{{{LEAST_SECRET_LENGTH},256}}"),
    form=f"{LEAST_SECRET_LENGTH} to 256 visible ASCII characters, and random",
    guarded=True,
)
_NUMBER = Kind(secret=False, make=_number, pattern=re.compile(r"[1-9][0-9]{0,17}"), form="a number above 0")


def _word(make: Callable[[], str]) -> Kind:
    return Kind(secret=False, make=make, pattern=_WORD, form=_WORD_FORM)


KINDS: Mapping[str, Kind] = {
    "api_token": _SECRET,
    "crossengage.mobile_api_key": _word(_hexadecimal(32)),
    "crossengage.auth_token": _SECRET,
    "webengage.license_code": _word(_license_code),
    "webengage.api_key": _SECRET,
    "customerlabs.app_id": _word(_hexadecimal(16)),
    "customerlabs.webhook_path": Kind(
        secret=False,
        make=_webhook_path,
        pattern=re.compile(r"/source/[A-Za-z0-9_-]{20,128}/"),
        form="`/source/` with 20 to 128 random letters, digits, _ or - and a `/`",
        guarded=True,
    ),
    "antsomi.portal_id": _NUMBER,
    "antsomi.prop_id": _NUMBER,
    "segment.write_key": _word(_hexadecimal(32)),
}


def kind_named(kind: str) -> Kind:
    """The kind with this name. Raises UnknownKind."""
    if kind not in KINDS:
        raise UnknownKind(kind, KINDS)
    return KINDS[kind]


def new_value(kind: str) -> str:
    """A fresh random key of this kind."""
    return kind_named(kind).make()


def check(kind: str, value: str) -> None:
    """Raise BadKeyValue unless a key of this kind may have this value."""
    about = kind_named(kind)
    if not about.pattern.fullmatch(value) or (
        about.guarded and entropy(value.removeprefix(WEBHOOK_PREFIX)) < LEAST_ENTROPY_BITS
    ):
        raise BadKeyValue(kind, about.form)


def entropy(text: str) -> float:
    """Shannon entropy of a text in bits, from its own character frequencies."""
    return sum(count * math.log2(len(text) / count) for count in Counter(text).values())


def digest(secret: str) -> str:
    """What is stored of a secret: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def stored(kind: str, value: str) -> str:
    """What is stored of a key of this kind."""
    return digest(value) if kind_named(kind).secret else value
