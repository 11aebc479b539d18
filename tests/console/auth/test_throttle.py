"""Sign-in throttling: delays grow with failed attempts, and another client's attempts do not lock a user out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from passerby.console.auth.throttle import (
    FIRST_DELAY_MS,
    FORGET_MS,
    FREE_PER_ADDRESS,
    FREE_PER_USER,
    LONGEST_DELAY_MS,
    Attempt,
    Throttle,
)

NOW = 1_800_000_000_000
ROBIN = Attempt("robin", "192.0.2.1")


def failed(attempt: Attempt, times: int, throttle: Throttle | None = None) -> Throttle:
    throttle = throttle or Throttle()
    for _ in range(times):
        throttle.tried(attempt, NOW)
    return throttle


def test_the_first_wrong_passwords_cost_no_time() -> None:
    assert failed(ROBIN, FREE_PER_USER - 1).wait_ms(ROBIN, NOW) == 0
    assert failed(ROBIN, FREE_PER_USER).wait_ms(ROBIN, NOW) == FIRST_DELAY_MS


def test_each_further_one_doubles_the_delay_up_to_a_bound() -> None:
    throttle = failed(ROBIN, FREE_PER_USER)
    delays = []
    for _ in range(60):
        delays.append(throttle.wait_ms(ROBIN, NOW))
        throttle.tried(ROBIN, NOW)
    assert delays[:4] == [1_000, 2_000, 4_000, 8_000]
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST_DELAY_MS
    assert throttle.wait_ms(ROBIN, NOW + LONGEST_DELAY_MS) == 0


def test_failures_are_forgotten_when_none_follows() -> None:
    throttle = failed(ROBIN, 50)
    assert throttle.wait_ms(ROBIN, NOW + FORGET_MS) == 0
    throttle.tried(ROBIN, NOW + FORGET_MS)
    assert throttle.wait_ms(ROBIN, NOW + FORGET_MS) == 0


@given(
    addresses=st.lists(st.ip_addresses(v=4).map(str).filter(lambda ip: ip != "192.0.2.1"), max_size=30),
    times=st.integers(1, 40),
)
def test_attempts_from_elsewhere_never_delay_a_user(addresses: list[str], times: int) -> None:
    throttle = Throttle()
    for address in addresses:
        failed(Attempt("robin", address), times, throttle)
    assert throttle.wait_ms(ROBIN, NOW) == 0


def test_a_known_device_is_counted_by_itself() -> None:
    device = ROBIN._replace(device="d1")
    throttle = failed(ROBIN, 100)
    assert throttle.wait_ms(device, NOW) == 0
    failed(device, FREE_PER_USER, throttle)
    assert throttle.wait_ms(device, NOW) == FIRST_DELAY_MS
    assert throttle.wait_ms(ROBIN._replace(device="d2"), NOW) == 0


def test_an_address_that_tries_many_names_is_delayed_for_every_name() -> None:
    throttle = Throttle()
    for n in range(FREE_PER_ADDRESS):
        throttle.tried(Attempt(f"user {n}", "192.0.2.1"), NOW)
    assert throttle.wait_ms(ROBIN, NOW) == FIRST_DELAY_MS
    assert throttle.wait_ms(Attempt("robin", "192.0.2.2"), NOW) == 0


def test_a_network_of_one_owner_counts_as_one() -> None:
    throttle = Throttle()
    for n in range(FREE_PER_USER):
        throttle.tried(Attempt("robin", f"2001:db8::{n:x}"), NOW)
    assert throttle.wait_ms(Attempt("robin", "2001:db8::ffff"), NOW) > 0
    assert throttle.wait_ms(Attempt("robin", "2001:db8:0:1::1"), NOW) == 0
    for n in range(FREE_PER_ADDRESS):
        throttle.tried(Attempt(f"user {n}", f"2001:db8:0:{n:x}::1"), NOW)
    assert throttle.wait_ms(Attempt("robin", "2001:db8:0:ffff::1"), NOW) > 0
    assert throttle.wait_ms(Attempt("robin", "2001:db8:1::1"), NOW) == 0


def test_signing_in_forgets_the_users_failures_and_counts_for_no_address() -> None:
    throttle = Throttle()
    for _ in range(FREE_PER_ADDRESS * 2):
        failed(ROBIN, FREE_PER_USER - 1, throttle)
        for _ in range(FREE_PER_USER - 1):
            throttle.succeeded(ROBIN)
        assert throttle.wait_ms(ROBIN, NOW) == 0


def test_what_failed_before_an_unlock_does_not_count() -> None:
    throttle = failed(ROBIN, 100)
    assert throttle.wait_ms(ROBIN, NOW + 1, unlocked_at=NOW + 1) == 0
    throttle.tried(ROBIN, NOW + 2)
    assert throttle.wait_ms(ROBIN, NOW + 2, unlocked_at=NOW + 1) > 0


def test_what_is_kept_is_bounded_and_the_oldest_goes() -> None:
    throttle = failed(ROBIN, FREE_PER_USER, Throttle(most=4))
    throttle.tried(Attempt("sasha", "192.0.2.2"), NOW)
    assert throttle.wait_ms(ROBIN, NOW) > 0
    throttle.tried(Attempt("kim", "192.0.2.3"), NOW)
    assert throttle.wait_ms(ROBIN, NOW) == 0
    throttle.succeeded(ROBIN)


def test_what_is_no_address_counts_as_it_is() -> None:
    attempt = Attempt("robin", "unix")
    assert failed(attempt, FREE_PER_USER).wait_ms(attempt, NOW) > 0
