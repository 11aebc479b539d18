"""Signatures: verified by an independent implementation, during rotations too."""

from __future__ import annotations

import os
import time
from base64 import b64decode, b64encode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from passerby.destinations.records import SigningSecret
from passerby.destinations.signatures import (
    MOST_OVERLAP_MS,
    Algorithm,
    InvalidSecret,
    OverlapTooLong,
    TooManySecrets,
    new_secret,
    rotate,
    signer,
    valid,
    verification_key,
)

HOUR = 3_600_000
BODIES = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)


def secret(algorithm: Algorithm = "hmac") -> str:
    return new_secret(algorithm, os.urandom)


def verify(key: str, header: str, body: str, id: str = "ev-1") -> None:  # noqa: A002 - as in the specification
    """Verify as a receiver does. Raises WebhookVerificationError."""
    headers = {"webhook-id": id, "webhook-timestamp": str(int(time.time())), "webhook-signature": header}
    webhook = Webhook(key)
    webhook.verify(body, headers, json_parse=False)


def verify_ed25519(key: str, header: str, content: bytes) -> None:
    """Verify the `v1a` signatures as the specification says. Raises InvalidSignature."""
    public = Ed25519PublicKey.from_public_bytes(b64decode(key.removeprefix("whpk_")))
    (signature,) = [each.removeprefix("v1a,") for each in header.split(" ") if each.startswith("v1a,")]
    public.verify(b64decode(signature), content)


@given(st.text(alphabet="abc-019", min_size=1), st.text(max_size=30))
def test_the_reference_library_accepts_a_signature(id: str, body: str) -> None:  # noqa: A002 - as in the specification
    key = secret()
    header = signer([key])(id, int(time.time()), body.encode())
    verify(key, header, body, id)


def test_another_body_id_or_secret_is_noticed() -> None:
    key = secret()
    header = signer([key])("ev-1", int(time.time()), b"{}")
    verify(key, header, "{}")
    for other, body, id_ in ((key, "[]", "ev-1"), (key, "{}", "ev-2"), (secret(), "{}", "ev-1")):
        with pytest.raises(WebhookVerificationError, match="No matching signature found"):
            verify(other, header, body, id_)


def test_the_example_of_the_specification_has_its_signature() -> None:
    """The values are those of the reference libraries' tests."""
    key = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    header = signer([key])("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}')
    assert header == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_ed25519_signature_is_verified_with_the_public_key() -> None:
    key = secret("ed25519")
    header = signer([key])("ev-1", 7, b"{}")
    public = verification_key(key)
    assert public.startswith("whpk_")
    verify_ed25519(public, header, b"ev-1.7.{}")
    with pytest.raises(InvalidSignature):
        verify_ed25519(public, header, b"ev-1.7.[]")


def test_a_seed_with_its_public_key_is_the_same_secret() -> None:
    key = secret("ed25519")
    public = b64decode(verification_key(key).removeprefix("whpk_"))
    both = f"whsk_{b64encode(b64decode(key.removeprefix('whsk_')) + public).decode()}"
    assert signer([both])("ev-1", 7, b"{}") == signer([key])("ev-1", 7, b"{}")


def test_a_receiver_verifies_hmac_with_the_secret_itself() -> None:
    key = secret()
    assert verification_key(key) == key


def test_during_a_rotation_both_secrets_verify_and_after_it_one() -> None:
    old, new = secret(), secret()
    secrets = rotate([SigningSecret(old, 0)], new, 10 * HOUR, 24 * HOUR)
    now = int(time.time())

    def header(at: int) -> str:
        return signer([each.secret for each in valid(secrets, at)])("ev-1", now, b"{}")

    for key in (old, new):
        verify(key, header(10 * HOUR), "{}")
        verify(key, header(34 * HOUR - 1), "{}")
    verify(new, header(34 * HOUR), "{}")
    with pytest.raises(WebhookVerificationError):
        verify(old, header(34 * HOUR), "{}")


def test_a_rotation_may_change_the_algorithm() -> None:
    old, new = secret(), secret("ed25519")
    secrets = rotate([SigningSecret(old, 0)], new, HOUR, HOUR)
    header = signer([each.secret for each in secrets])("ev-1", int(time.time()), b"{}")
    verify(old, header, "{}")
    verify_ed25519(verification_key(new), header, b"ev-1.%d.{}" % int(time.time()))


def test_without_an_overlap_the_old_secret_ends_at_once() -> None:
    assert rotate([SigningSecret("a", 0)], "b", HOUR, 0) == (SigningSecret("b", HOUR),)


def test_at_most_three_secrets_are_valid() -> None:
    secrets: tuple[SigningSecret, ...] = (SigningSecret("a", 0),)
    secrets = rotate(secrets, "b", 1, HOUR)
    secrets = rotate(secrets, "c", 2, HOUR)
    with pytest.raises(TooManySecrets):
        rotate(secrets, "d", 3, HOUR)
    assert [each.secret for each in rotate(secrets, "d", 1 + HOUR, HOUR)] == ["d", "c", "b"]


def test_a_second_rotation_does_not_postpone_the_end_of_the_first() -> None:
    secrets = rotate(rotate([SigningSecret("a", 0)], "b", 0, HOUR), "c", 1, 24 * HOUR)
    assert [each.expires_at for each in secrets] == [None, 24 * HOUR + 1, HOUR]


@pytest.mark.parametrize("overlap", [-1, MOST_OVERLAP_MS + 1])
def test_an_overlap_has_limits(overlap: int) -> None:
    with pytest.raises(OverlapTooLong):
        rotate([], "a", 0, overlap)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        "whsec_!",
        "whsk_",
        f"whsec_{b64encode(b'x' * 23).decode()}",
        f"whsec_{b64encode(b'x' * 65).decode()}",
        f"whsk_{b64encode(b'x' * 31).decode()}",
        f"whpk_{b64encode(b'x' * 32).decode()}",
        b64encode(b"x" * 32).decode(),
    ],
)
def test_a_text_that_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(InvalidSecret):
        signer([text])
    with pytest.raises(InvalidSecret):
        verification_key(text)


@given(st.lists(st.tuples(st.integers(0, 5 * HOUR), st.integers(0, 10 * HOUR)), max_size=8))
def test_a_rotation_never_ends_the_newest_secret_and_keeps_the_limits(steps: list[tuple[int, int]]) -> None:
    secrets: tuple[SigningSecret, ...] = (SigningSecret("s", 0),)
    now = 0
    for number, (wait, overlap) in enumerate(steps):
        now += wait
        try:
            secrets = rotate(secrets, f"s{number}", now, overlap)
        except TooManySecrets:
            assert len(valid(secrets, now)) == 3
        signing = valid(secrets, now)
        assert 1 <= len(signing) <= 3
        assert signing[0].expires_at is None
        assert all(each.expires_at is not None for each in signing[1:])
