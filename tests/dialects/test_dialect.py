"""A dialect's test event takes the keys at hand, and placeholders for secrets."""

from __future__ import annotations

from passerby.dialects import registry


def test_a_secret_that_cannot_be_read_again_has_a_placeholder() -> None:
    call = registry.NAMED["webengage"].test_call({"webengage.license_code": "~1"})
    assert call is not None
    assert call.headers == (("Authorization", "Bearer YOUR_API_KEY"),)


def test_a_secret_that_is_given_is_used() -> None:
    call = registry.NAMED["webengage"].test_call({"webengage.license_code": "~1", "webengage.api_key": "s"})
    assert call is not None
    assert call.headers == (("Authorization", "Bearer s"),)
