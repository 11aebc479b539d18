"""A day of sample data is plausible: ordered, within 24 hours, with every kind of call."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.demo.day import ZEROS, afterwards, day
from passerby.demo.people import people
from passerby.dialects.commerce import semantic_of
from passerby.dialects.demo import DAY_MS, Step
from passerby.dialects.webengage.samples import MAILING_SIZE

END = 1_795_000_000_000
PEOPLE = people(1, 400)


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    return day(PEOPLE, 1, END)


def bodies(steps: list[Step], call: str) -> list[dict[str, Any]]:
    return [step.body for step in steps if step.call == call]


@given(seed=st.integers(0, 10_000), end=st.integers(DAY_MS, 2**42))
def test_all_steps_are_in_order_within_the_day_for_any_seed(seed: int, end: int) -> None:
    steps = day(people(seed, 20), seed, end)
    assert all(earlier.at <= later.at for earlier, later in pairwise(steps))
    assert all(end - DAY_MS <= step.at <= end for step in steps)


def test_the_same_seed_is_the_same_day(steps: list[Step]) -> None:
    assert day(PEOPLE, 1, END) == steps


def test_every_person_browses_anonymously_before_signing_in(steps: list[Step]) -> None:
    first: dict[int, str] = {}
    for step in steps:
        first.setdefault(step.household, step.call)
    assert set(first.values()) == {"crossengage.track", "webengage.events", "customerlabs.externalIds", "antsomi.event"}


def test_customers_are_named_by_their_id_and_leads_by_their_address(steps: list[Step]) -> None:
    identified = bodies(steps, "crossengage.identify")
    assert any("userId" in body for body in identified)
    assert any(body.get("businessUnit") == "newsletter" and "userId" not in body for body in identified)


def test_some_people_use_two_devices(steps: list[Step]) -> None:
    named = {(body["userId"], body["mobileId"]) for body in bodies(steps, "crossengage.identify") if "userId" in body}
    assert max(Counter(user for user, _ in named).values()) >= 2


def test_a_handed_down_phone_is_its_new_owners_in_the_end(steps: list[Step]) -> None:
    for younger in (person for person in PEOPLE if person.inherited):
        owners = [
            body["userId"]
            for body in bodies(steps, "crossengage.identify")
            if body["mobileId"] == younger.inherited and "userId" in body
        ]
        assert owners[-2:] == [PEOPLE[younger.household].user_id, younger.user_id]


def test_purchases_are_made_by_customers_only(steps: list[Step]) -> None:
    orders = [body for body in bodies(steps, "webengage.events") if body["eventName"] == "Checkout Completed"]
    assert orders
    assert all("userId" in body for body in orders)
    assert any(body["event"] == "Completed Order" for body in bodies(steps, "crossengage.track"))


def test_the_web_sites_visitors_are_anonymous_before_they_sign_in(steps: list[Step]) -> None:
    events = bodies(steps, "webengage.events")
    assert any("anonymousId" in body for body in events)
    assert all(("anonymousId" in body) != ("userId" in body) for body in events)
    assert bodies(steps, "webengage.users")


def test_purchases_are_sent_in_every_vendors_vocabulary(steps: list[Step]) -> None:
    names = {
        "crossengage": {body["event"] for body in bodies(steps, "crossengage.track")},
        "webengage": {body["eventName"] for body in bodies(steps, "webengage.events")},
        "customerlabs": {body["event_name"] for body in bodies(steps, "customerlabs.event")},
        "antsomi": {f"{body['ec']}/{body['ea']}" for body in bodies(steps, "antsomi.event")},
        "segment": {entry.get("event", "") for body in bodies(steps, "segment.batch") for entry in body["batch"]},
    }
    for dialect, said in names.items():
        meanings = {meaning.name for name in said if (meaning := semantic_of(dialect, name, {}))}
        assert "purchased" in meanings


def test_the_outlet_shop_identifies_people_by_email_and_an_import_links_both_ids(steps: list[Step]) -> None:
    addresses = {body["identify_by"]["identify_by_email"] for body in bodies(steps, "customerlabs.identify")}
    booked = {
        body["batch"][0]["traits"]["email"]: body["batch"][0]["userId"] for body in bodies(steps, "segment.batch")
    }
    customers = {person.email: person.user_id for person in PEOPLE if person.ambition == "customer"}
    assert addresses & booked.keys()
    assert booked.items() <= customers.items()
    assert any(step.times == 2 for step in steps if step.call == "segment.batch")


def test_some_senders_repeat_themselves_and_send_junk(steps: list[Step]) -> None:
    assert any(step.times == 2 and step.request_id for step in steps)
    assert any(body["mobileId"] == ZEROS for body in bodies(steps, "crossengage.track"))


def test_no_two_calls_have_the_same_request_id(steps: list[Step]) -> None:
    ids = [step.request_id for step in steps if step.request_id]
    assert len(set(ids)) == len(ids)


def test_times_are_written_as_each_vendor_documents(steps: list[Step]) -> None:
    assert {len(body["timestamp"]) for body in bodies(steps, "crossengage.track")} == {len("2026-11-20T10:00:00.000Z")}
    assert all(body["eventTime"].endswith("+0000") for body in bodies(steps, "webengage.events"))


def test_the_mailing_reaches_every_customer_once_in_full_bulk_calls() -> None:
    letters = afterwards(PEOPLE, 1, END)
    sizes = [len(step.body["events"]) for step in letters]
    assert set(sizes[:-1]) == {MAILING_SIZE}
    reached = [record["userId"] for step in letters for record in step.body["events"]]
    assert reached == [person.user_id for person in PEOPLE if person.ambition == "customer"]


def test_the_web_site_of_two_thousand_people_stays_within_the_vendors_limit() -> None:
    calls = Counter(step.call for step in day(people(1, 2000), 1, END) for _ in range(step.times))
    assert calls["webengage.events"] < 5_000
    assert calls["webengage.users"] < 5_000
