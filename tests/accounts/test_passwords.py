"""Console passwords are kept as argon2id."""

from __future__ import annotations

import pytest

from passerby.accounts import passwords
from passerby.accounts.errors import PasswordTooShort


def test_a_password_matches_what_was_stored_of_it_and_no_other_does() -> None:
    stored = passwords.hashed("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert "correct" not in stored
    assert passwords.matches("correct horse battery", stored)
    assert not passwords.matches("correct horse batterx", stored)


def test_nothing_matches_what_was_never_stored_by_us() -> None:
    assert not passwords.matches("correct horse battery", "")


def test_a_new_password_is_long_enough_and_another_one_every_time() -> None:
    first, second = passwords.new_password(), passwords.new_password()
    assert first != second
    assert len(first) >= passwords.LEAST_LENGTH


def test_a_short_password_is_refused() -> None:
    with pytest.raises(PasswordTooShort, match="12"):
        passwords.hashed("hunter2")
