"""Generates, hashes and verifies passwords of console users, with argon2id."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from passerby.accounts.errors import PasswordTooShort

LEAST_LENGTH = 12
_RANDOM_BYTES = 15  # 120 bits, and a multiple of 3: base64 without padding


def new_password() -> str:
    """Generate a random password of 20 characters."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def hashed(password: str) -> str:
    """Hash a password; takes some tens of milliseconds, and memory, by design. Raises PasswordTooShort."""
    if len(password) < LEAST_LENGTH:
        raise PasswordTooShort(LEAST_LENGTH)
    return PasswordHasher().hash(password)


def matches(password: str, stored: str) -> bool:
    """Verify a password against its stored hash. As slow as `hashed`."""
    try:
        return PasswordHasher().verify(stored, password)
    except (VerificationError, InvalidHashError):  # also for a damaged hash: no password matches it
        return False
