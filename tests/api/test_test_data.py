"""Deleting test data through the API."""

from __future__ import annotations

from tests.api.api_client import ApiClient

from passerby.messages import Identifier

TESTER = Identifier("user_id", "passerby-test-7")
SHOPPER = Identifier("user_id", "u-1")


def test_test_profiles_are_deleted_and_the_counts_still_add_up(api: ApiClient) -> None:
    api.track("Bought", TESTER)
    api.track("Bought", SHOPPER)
    answer = api.delete("/v1/test-data")
    assert (answer.status_code, answer.json()) == (200, {"profiles": 1, "events": 1, "kept": 0, "more": False})
    assert api.get("/v1/profiles", namespace="user_id", value="passerby-test-7").status_code == 404
    stats = api.get("/v1/stats").json()
    assert (stats["accepted"], stats["applied"], stats["duplicates"], stats["waiting"]) == (2, 2, 0, 0)
    assert (stats["events"], stats["profiles"]["customer"]) == (1, 1)
    assert api.delete("/v1/test-data").json() == {"profiles": 0, "events": 0, "kept": 0, "more": False}


def test_a_deletion_is_in_the_audit_log(api: ApiClient) -> None:
    api.track("Bought", TESTER)
    api.delete("/v1/test-data")
    (entry,) = api.get("/v1/audit", action="test_data.deleted").json()["entries"]
    assert entry["who"]


def test_test_data_of_another_project_stays(api: ApiClient) -> None:
    api.track("Bought", TESTER, project=api.other_project)
    assert api.delete("/v1/test-data").json()["profiles"] == 0
    assert api.get("/v1/profiles", api.other_token, q="passerby-test").json()["profiles"]
