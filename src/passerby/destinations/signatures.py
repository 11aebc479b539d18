"""Signatures of requests as Standard Webhooks 1.0 specifies: HMAC-SHA256 (`v1`) and ed25519 (`v1a`).

The signed text is `ID.SECONDS.BODY`. While a secret is rotated, requests carry a signature of each valid secret: a
receiver can change to the new one at any time.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from passerby.destinations.kind import Sign
from passerby.destinations.records import SigningSecret

Algorithm = Literal["hmac", "ed25519"]

HMAC_PREFIX: Final = "whsec_"
PRIVATE_PREFIX: Final = "whsk_"
PUBLIC_PREFIX: Final = "whpk_"

SECRET_BYTES: Final = 32
"""Of a new secret; for ed25519 it is the seed. The specification wants 24 to 64 for HMAC."""
MOST_VALID: Final = 3
MOST_OVERLAP_MS: Final = 7 * 86_400_000


class InvalidSecret(ValueError):
    """A text that is not a secret of the specification."""


class TooManySecrets(ValueError):
    """A rotation while MOST_VALID secrets are valid."""


class OverlapTooLong(ValueError):
    """A rotation with an overlap of more than MOST_OVERLAP_MS."""


def new_secret(algorithm: Algorithm, random_bytes: Callable[[int], bytes]) -> str:
    """Return a new secret: `whsec_` or `whsk_` and base64."""
    prefix = HMAC_PREFIX if algorithm == "hmac" else PRIVATE_PREFIX
    return prefix + b64encode(random_bytes(SECRET_BYTES)).decode()


def verification_key(secret: str) -> str:
    """Return what a receiver verifies with: the public key (`whpk_`) of an ed25519 secret, else the secret itself.

    Raises InvalidSecret.
    """
    if not secret.startswith(PRIVATE_PREFIX):
        _decoded(secret, HMAC_PREFIX)
        return secret
    public = _private_key(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return PUBLIC_PREFIX + b64encode(public).decode()


def valid(secrets: Sequence[SigningSecret], now: int) -> list[SigningSecret]:
    """Return the secrets that sign at `now` (ms), the newest first."""
    return [each for each in secrets if each.expires_at is None or each.expires_at > now]


def rotate(secrets: Sequence[SigningSecret], new: str, now: int, overlap_ms: int) -> tuple[SigningSecret, ...]:
    """Return the secrets after a rotation: the new one, and those that are valid until the overlap ends.

    An earlier rotation's end is not postponed. Raises OverlapTooLong, TooManySecrets.
    """
    if not 0 <= overlap_ms <= MOST_OVERLAP_MS:
        raise OverlapTooLong(f"the overlap is at most {MOST_OVERLAP_MS // 3_600_000} hours")
    until = now + overlap_ms
    kept = [
        SigningSecret(each.secret, each.created_at, until if each.expires_at is None else min(until, each.expires_at))
        for each in secrets
    ]
    rotated = (SigningSecret(new, now), *valid(kept, now))
    if len(rotated) > MOST_VALID:
        raise TooManySecrets(f"{MOST_VALID} secrets are valid already; wait until one expires, or choose no overlap")
    return rotated


def signer(secrets: Sequence[str]) -> Sign:
    """Return the function that signs with each of these secrets, in their order. Raises InvalidSecret."""
    signs = [_signer(secret) for secret in secrets]

    def sign(id: str, seconds: int, body: bytes) -> str:  # noqa: A002 - the name in the specification
        content = b"%b.%d.%b" % (id.encode(), seconds, body)
        return " ".join(each(content) for each in signs)

    return sign


def _signer(secret: str) -> Callable[[bytes], str]:
    if secret.startswith(PRIVATE_PREFIX):
        private = _private_key(secret)
        return lambda content: f"v1a,{b64encode(private.sign(content)).decode()}"
    key = _decoded(secret, HMAC_PREFIX)
    return lambda content: f"v1,{b64encode(hmac.digest(key, content, sha256)).decode()}"


def _private_key(secret: str) -> Ed25519PrivateKey:
    """Return the key of a `whsk_` secret: a seed of 32 bytes, or the seed and its public key as libsodium stores it."""
    seed = _decoded(secret, PRIVATE_PREFIX)[:SECRET_BYTES]
    if len(seed) < SECRET_BYTES:
        raise InvalidSecret(f"a secret is {PRIVATE_PREFIX} and base64 of {SECRET_BYTES} or {_MOST} bytes")
    return Ed25519PrivateKey.from_private_bytes(seed)


def _decoded(secret: str, prefix: str) -> bytes:
    try:
        decoded = b64decode(secret.removeprefix(prefix), validate=True)
    except binascii.Error as error:
        raise InvalidSecret(f"a secret is {prefix} and base64") from error
    if not secret.startswith(prefix) or not _LEAST <= len(decoded) <= _MOST:
        raise InvalidSecret(f"a secret is {prefix} and base64 of {_LEAST} to {_MOST} bytes")
    return decoded


_LEAST: Final = 24
_MOST: Final = 64
