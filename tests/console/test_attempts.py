"""How often passwords can be tried."""

from __future__ import annotations

from passerby.console.attempts import FAILURES_PER_ADDRESS, FAILURES_PER_USER, WINDOW_MS, Attempts

NOW = 1_800_000_000_000


def fail(attempts: Attempts, user: str, address: str, times: int) -> None:
    for _ in range(times):
        attempts.tried(user, address, NOW)


def test_a_user_is_refused_after_so_many_failures_from_wherever() -> None:
    attempts = Attempts()
    for n in range(FAILURES_PER_USER):
        assert not attempts.refused("robin", f"192.0.2.{n}", NOW)
        attempts.tried("robin", f"192.0.2.{n}", NOW)
    assert attempts.refused("robin", "192.0.2.200", NOW)
    assert not attempts.refused("sasha", "192.0.2.200", NOW)


def test_an_address_is_refused_after_so_many_failures_for_whomever() -> None:
    attempts = Attempts()
    for n in range(FAILURES_PER_ADDRESS):
        attempts.tried(f"user {n}", "192.0.2.1", NOW)
    assert attempts.refused("robin", "192.0.2.1", NOW)
    assert not attempts.refused("robin", "192.0.2.2", NOW)


def test_a_network_of_one_owner_counts_as_one_address() -> None:
    attempts = Attempts()
    for n in range(FAILURES_PER_ADDRESS):
        attempts.tried(f"user {n}", f"2001:db8::{n:x}", NOW)
    assert attempts.refused("robin", "2001:db8::ffff", NOW)
    assert not attempts.refused("robin", "2001:db8:0:1::1", NOW)


def test_failures_are_forgotten_when_their_time_is_over() -> None:
    attempts = Attempts()
    fail(attempts, "robin", "192.0.2.1", FAILURES_PER_USER)
    assert attempts.refused("robin", "192.0.2.1", NOW + WINDOW_MS - 1)
    assert not attempts.refused("robin", "192.0.2.1", NOW + WINDOW_MS)
    attempts.tried("robin", "192.0.2.1", NOW + WINDOW_MS)
    assert not attempts.refused("robin", "192.0.2.1", NOW + WINDOW_MS)


def test_coming_in_clears_the_user_and_counts_for_no_address() -> None:
    attempts = Attempts()
    fail(attempts, "robin", "192.0.2.1", FAILURES_PER_USER - 1)
    for _ in range(FAILURES_PER_ADDRESS * 2):
        attempts.tried("robin", "192.0.2.1", NOW)
        attempts.succeeded("robin", "192.0.2.1")
        assert not attempts.refused("robin", "192.0.2.1", NOW)


def test_what_is_kept_is_bounded_and_the_oldest_goes() -> None:
    attempts = Attempts(most=2)
    fail(attempts, "robin", "192.0.2.1", FAILURES_PER_USER)
    attempts.tried("sasha", "192.0.2.2", NOW)
    assert attempts.refused("robin", "192.0.2.3", NOW)
    attempts.tried("kim", "192.0.2.3", NOW)
    assert not attempts.refused("robin", "192.0.2.3", NOW)
    attempts.succeeded("robin", "192.0.2.1")


def test_what_is_no_address_counts_as_it_is() -> None:
    attempts = Attempts()
    fail(attempts, "robin", "unix", FAILURES_PER_USER)
    assert attempts.refused("robin", "unix", NOW)
