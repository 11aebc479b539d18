"""Test profiles are neither counted nor listed, unless they are asked for."""

from __future__ import annotations

import http
from typing import Any

from tests.api.api_client import ApiClient

from passerby.messages import Identifier

TESTER = Identifier("user_id", "passerby-test-7")
SHOPPER = Identifier("user_id", "u-1")


def listed(api: ApiClient, **query: Any) -> set[str]:
    return {profile["user_id"] for profile in api.get("/v1/profiles", **query).json()["profiles"]}


def counted(api: ApiClient) -> dict[str, int]:
    found: dict[str, int] = api.get("/v1/stats").json()["profiles"]
    return found


def test_a_test_profile_is_not_counted_but_its_messages_are(api: ApiClient) -> None:
    api.track("Bought", TESTER)
    api.identify(Identifier("email", "passerby-test@example.com"))
    api.track("Viewed", Identifier("anonymous_id", "passerby-test-a"))
    api.track("Bought", SHOPPER)
    stats = api.get("/v1/stats").json()
    assert stats["profiles"] == {"anonymous": 0, "lead": 0, "customer": 1}
    assert (stats["accepted"], stats["applied"], stats["events"]) == (4, 4, 3)


def test_a_test_profile_is_listed_and_found_when_it_is_asked_for(api: ApiClient) -> None:
    api.identify(TESTER, name="Ada Tester")
    api.identify(SHOPPER, name="Ada Shopper")
    assert listed(api) == listed(api, q="ada") == {"u-1"}
    assert listed(api, test="true") == listed(api, q="ada", test="true") == {"u-1", "passerby-test-7"}
    assert listed(api, stage="customer") == {"u-1"}
    assert listed(api, q="passerby-test") == {"passerby-test-7"}
    found = api.get("/v1/profiles", namespace="user_id", value="passerby-test-7")
    assert found.status_code == http.HTTPStatus.OK


def test_pages_are_full_without_test_profiles(api: ApiClient) -> None:
    users = [f"u-{number}" for number in range(5)]
    for user in users:
        api.identify(Identifier("user_id", user))
        api.identify(Identifier("user_id", f"passerby-test-{user}"))
    first = api.get("/v1/profiles", limit=3).json()
    second = api.get("/v1/profiles", limit=3, cursor=first["cursor"]).json()
    assert [len(first["profiles"]), len(second["profiles"]), second["cursor"]] == [3, 2, None]
    assert {each["user_id"] for each in first["profiles"] + second["profiles"]} == set(users)


def test_a_test_user_with_the_identifier_of_a_real_one_is_real(api: ApiClient) -> None:
    api.identify(TESTER, Identifier("email", "ada@example.com"))
    assert counted(api) == {"anonymous": 0, "lead": 0, "customer": 1}
    assert listed(api) == {"passerby-test-7"}


def test_test_profiles_of_another_project_count_there_only(api: ApiClient) -> None:
    api.identify(TESTER, project=api.other_project)
    api.identify(SHOPPER)
    assert counted(api) == {"anonymous": 0, "lead": 0, "customer": 1}


def test_the_console_s_test_events_make_one_test_profile(api: ApiClient) -> None:
    api.server.projects.add_key(api.server.projects.project_numbered(api.project), "segment.write_key", 1)
    api.server.credentials.refresh_if_changed()
    for _ in range(2):
        sent = api.post("/v1/sources/segment/test")
        assert sent.status_code == http.HTTPStatus.OK, sent.text
    api.server.apply()
    assert counted(api) == {"anonymous": 0, "lead": 0, "customer": 0}
    assert listed(api, test="true") == {"passerby-test"}
