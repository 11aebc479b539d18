"""Test profiles are neither counted nor listed, unless they are asked for."""

from __future__ import annotations

import http
from typing import Any

from tests.api.office import Office

from passerby.messages import Identifier

TESTER = Identifier("user_id", "passerby-test-7")
SHOPPER = Identifier("user_id", "u-1")


def listed(office: Office, **query: Any) -> set[str]:
    return {profile["user_id"] for profile in office.get("/v1/profiles", **query).json()["profiles"]}


def counted(office: Office) -> dict[str, int]:
    found: dict[str, int] = office.get("/v1/stats").json()["profiles"]
    return found


def test_a_test_profile_is_not_counted_but_its_messages_are(office: Office) -> None:
    office.track("Bought", TESTER)
    office.identify(Identifier("email", "passerby-test@example.com"))
    office.track("Viewed", Identifier("anonymous_id", "passerby-test-a"))
    office.track("Bought", SHOPPER)
    stats = office.get("/v1/stats").json()
    assert stats["profiles"] == {"anonymous": 0, "lead": 0, "customer": 1}
    assert (stats["accepted"], stats["applied"], stats["events"]) == (4, 4, 3)


def test_a_test_profile_is_listed_and_found_when_it_is_asked_for(office: Office) -> None:
    office.identify(TESTER, name="Ada Tester")
    office.identify(SHOPPER, name="Ada Shopper")
    assert listed(office) == listed(office, q="ada") == {"u-1"}
    assert listed(office, test="true") == listed(office, q="ada", test="true") == {"u-1", "passerby-test-7"}
    assert listed(office, stage="customer") == {"u-1"}
    assert listed(office, q="passerby-test") == {"passerby-test-7"}
    found = office.get("/v1/profiles", namespace="user_id", value="passerby-test-7")
    assert found.status_code == http.HTTPStatus.OK


def test_pages_are_full_without_test_profiles(office: Office) -> None:
    users = [f"u-{number}" for number in range(5)]
    for user in users:
        office.identify(Identifier("user_id", user))
        office.identify(Identifier("user_id", f"passerby-test-{user}"))
    first = office.get("/v1/profiles", limit=3).json()
    second = office.get("/v1/profiles", limit=3, cursor=first["cursor"]).json()
    assert [len(first["profiles"]), len(second["profiles"]), second["cursor"]] == [3, 2, None]
    assert {each["user_id"] for each in first["profiles"] + second["profiles"]} == set(users)


def test_a_test_user_with_the_identifier_of_a_real_one_is_real(office: Office) -> None:
    office.identify(TESTER, Identifier("email", "ada@example.com"))
    assert counted(office) == {"anonymous": 0, "lead": 0, "customer": 1}
    assert listed(office) == {"passerby-test-7"}


def test_test_profiles_of_another_project_count_there_only(office: Office) -> None:
    office.identify(TESTER, project=office.theirs)
    office.identify(SHOPPER)
    assert counted(office) == {"anonymous": 0, "lead": 0, "customer": 1}


def test_the_console_s_test_events_make_one_test_profile(office: Office) -> None:
    office.building.projects.add_key(office.building.projects.project_numbered(office.ours), "segment.write_key", 1)
    office.building.credentials.refresh_if_changed()
    for _ in range(2):
        sent = office.post("/v1/sources/segment/test")
        assert sent.status_code == http.HTTPStatus.OK, sent.text
    office.building.apply()
    assert counted(office) == {"anonymous": 0, "lead": 0, "customer": 0}
    assert listed(office, test="true") == {"passerby-test"}
