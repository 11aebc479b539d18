"""Deleting test data through the API."""

from __future__ import annotations

from tests.api.office import Office

from passerby.messages import Identifier

TESTER = Identifier("user_id", "passerby-test-7")
SHOPPER = Identifier("user_id", "u-1")


def test_test_profiles_are_gone_and_the_equation_of_the_counts_holds(office: Office) -> None:
    office.track("Bought", TESTER)
    office.track("Bought", SHOPPER)
    answer = office.delete("/v1/test-data")
    assert (answer.status_code, answer.json()) == (200, {"profiles": 1, "events": 1, "kept": 0, "more": False})
    assert office.get("/v1/profiles", namespace="user_id", value="passerby-test-7").status_code == 404
    stats = office.get("/v1/stats").json()
    assert (stats["accepted"], stats["applied"], stats["duplicates"], stats["waiting"]) == (2, 2, 0, 0)
    assert (stats["events"], stats["profiles"]["customer"]) == (1, 1)
    assert office.delete("/v1/test-data").json() == {"profiles": 0, "events": 0, "kept": 0, "more": False}


def test_a_deletion_is_in_the_audit_log(office: Office) -> None:
    office.track("Bought", TESTER)
    office.delete("/v1/test-data")
    (entry,) = office.get("/v1/audit", action="test_data.deleted").json()["entries"]
    assert entry["who"]


def test_test_data_of_another_project_stays(office: Office) -> None:
    office.track("Bought", TESTER, project=office.theirs)
    assert office.delete("/v1/test-data").json()["profiles"] == 0
    assert office.get("/v1/profiles", office.their_token, q="passerby-test").json()["profiles"]
