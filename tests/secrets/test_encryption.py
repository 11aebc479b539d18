"""A secret is decrypted with its key and for its record only."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.secrets.encryption import KEY_BYTES, Encryption, SecretDamaged, WrongKey, key_id_of

KEY = bytes(range(KEY_BYTES))
RECORD = "destination/1/signing"
PLAIN = "a secret of another service"


@given(st.text(max_size=200), st.text(max_size=50))
def test_a_secret_is_decrypted_as_it_was(secret: str, record: str) -> None:
    encryption = Encryption(KEY)
    assert encryption.decrypt(encryption.encrypt(secret, record), record) == secret


def test_what_is_stored_does_not_contain_the_secret_and_never_repeats() -> None:
    stored = [Encryption(KEY).encrypt(PLAIN, RECORD) for _ in range(20)]
    assert not [one for one in stored if PLAIN.encode() in one or KEY in one]
    assert len(set(stored)) == 20
    assert {key_id_of(one) for one in stored} == {Encryption(KEY).key_id}


def test_another_key_is_named_and_does_not_decrypt() -> None:
    other = Encryption(os.urandom(KEY_BYTES))
    with pytest.raises(WrongKey, match=f"the key {Encryption(KEY).key_id}, and the present one is {other.key_id}"):
        other.decrypt(Encryption(KEY).encrypt(PLAIN, RECORD), RECORD)


def test_a_secret_that_was_copied_to_another_record_is_not_decrypted() -> None:
    stored = Encryption(KEY).encrypt(PLAIN, RECORD)
    with pytest.raises(SecretDamaged, match="destination/2/signing"):
        Encryption(KEY).decrypt(stored, "destination/2/signing")


@given(st.data())
def test_no_changed_byte_goes_unnoticed(data: st.DataObject) -> None:
    stored = bytearray(Encryption(KEY).encrypt(PLAIN, RECORD))
    stored[data.draw(st.integers(0, len(stored) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises((SecretDamaged, WrongKey)) as refused:
        Encryption(KEY).decrypt(bytes(stored), RECORD)
    assert PLAIN not in str(refused.value)


@given(st.integers(0, 80))
def test_a_part_of_a_secret_is_none(size: int) -> None:
    stored = Encryption(KEY).encrypt(PLAIN, RECORD)
    with pytest.raises(SecretDamaged):
        Encryption(KEY).decrypt(stored[: min(size, len(stored) - 1)], RECORD)


def test_text_that_was_never_encrypted_has_no_key() -> None:
    assert key_id_of(PLAIN.encode() * 3) is None


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Encryption(bytes(size))
