"""Encrypts secrets with AES-256-GCM, each for one record.

A secret is stored as version, key id, nonce and ciphertext. The name of the record that it belongs to, such as
`destination/0192…/signing`, is authenticated with it: ciphertext that is copied to another record cannot be decrypted
there. Nonces are random: one key may encrypt 2³² secrets (NIST SP 800-38D, section 8.3).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Final

KEY_BYTES: Final = 32

_VERSION: Final = b"\x01"
_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_NONCE_AT: Final = len(_VERSION) + _ID_BYTES
_HEAD_BYTES: Final = _NONCE_AT + _NONCE_BYTES


class WrongKey(Exception):
    """The secret was encrypted with another key."""

    def __init__(self, key_id: str, expected: str) -> None:
        super().__init__(
            f"the secret was encrypted with the key {expected}, and the present one is {key_id}: restore that key, "
            "or enter the secret again"
        )


class SecretDamaged(Exception):
    """The stored secret was changed, or belongs to another record."""

    def __init__(self, record: str) -> None:
        super().__init__(f"the secret of {record} is damaged or belongs to another record: enter it again")


class Encryption:
    """Encrypts and decrypts with one key. Thread-safe."""

    def __init__(self, key: bytes) -> None:
        """Use a key of `KEY_BYTES` bytes. Raises ValueError for another length."""
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        # Imported here: every process has this module, and few have a secret to read.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

        self._cipher = AESGCM(key)
        self._id = hmac.digest(key, b"passerby: id of a key", hashlib.sha256)[:_ID_BYTES]

    @property
    def key_id(self) -> str:
        """Return the id of the key, which tells nothing about it."""
        return self._id.hex()

    def encrypt(self, secret: str, record: str) -> bytes:
        """Encrypt a secret for the record with this name."""
        nonce = os.urandom(_NONCE_BYTES)
        head = _VERSION + self._id
        return head + nonce + self._cipher.encrypt(nonce, secret.encode(), head + record.encode())

    def decrypt(self, stored: bytes, record: str) -> str:
        """Decrypt what `encrypt` returned for this record. Raises WrongKey, SecretDamaged."""
        key_id = key_id_of(stored)
        if key_id is None:
            raise SecretDamaged(record)
        if key_id != self.key_id:
            raise WrongKey(self.key_id, key_id)
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as in `__init__`

        head, nonce = stored[:_NONCE_AT], stored[_NONCE_AT:_HEAD_BYTES]
        try:
            return self._cipher.decrypt(nonce, stored[_HEAD_BYTES:], head + record.encode()).decode()
        except InvalidTag:
            raise SecretDamaged(record) from None


def key_id_of(stored: bytes) -> str | None:
    """Return the id of the key that a secret was encrypted with, None for what is no encrypted secret."""
    if len(stored) < _HEAD_BYTES + _TAG_BYTES or not stored.startswith(_VERSION):
        return None
    return stored[len(_VERSION) : _NONCE_AT].hex()
