"""The counts of a project over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.api.office import Office
from tests.state.filling import ident

from passerby.services.access import ServerAccess
from passerby.services.caller import COMMAND_LINE
from passerby.services.stats import get_stats


class OlderLog:
    """A log that has accepted nothing yet."""

    def accepted(self, project: int) -> int:
        del project
        return 0


def stats(office: Office) -> dict[str, Any]:
    found: dict[str, Any] = office.get("/v1/stats").json()
    assert found["accepted"] == found["applied"] + found["duplicates"] + found["waiting"]
    return found


def test_a_new_project_has_counted_nothing(office: Office) -> None:
    assert stats(office) == {
        "accepted": 0,
        "applied": 0,
        "duplicates": 0,
        "waiting": 0,
        "events": 0,
        "violations": 0,
        "profiles": {"anonymous": 0, "lead": 0, "customer": 0},
        "lag_seconds": 0.0,
    }


def test_everything_applied_is_counted(office: Office) -> None:
    office.identify(ident("user_id", "u1"))
    office.track("Seen", ident("mobile_id", "m1"))
    office.track("Seen", ident("mobile_id", "undefined"), project=office.theirs)
    for _ in range(2):
        office.say(kind="track", name="Seen", identifiers=(ident("email", "a@b.example"),), deduplication_key="k")
    office.building.apply()
    assert stats(office) == {
        "accepted": 4,
        "applied": 3,
        "duplicates": 1,
        "waiting": 0,
        "events": 2,
        "violations": 0,
        "profiles": {"anonymous": 1, "lead": 1, "customer": 1},
        "lag_seconds": 0.0,
    }


def test_what_waits_shows_and_so_does_for_how_long(office: Office) -> None:
    office.track("Seen", ident("mobile_id", "m1"))
    office.say(kind="track", name="Seen", identifiers=(ident("mobile_id", "m1"),))
    found = stats(office)
    assert (found["accepted"], found["applied"], found["waiting"]) == (2, 1, 1)
    assert found["lag_seconds"] > 0


def test_beside_a_log_that_is_an_older_copy_nothing_waits_less_than_nothing(office: Office) -> None:
    office.track("Seen", ident("mobile_id", "m1"))
    office.building.apply()
    log: Any = OlderLog()
    found = get_stats(ServerAccess(replace(office.building.context, log=log), office.ours, COMMAND_LINE))
    assert (found.accepted, found.applied, found.waiting) == (1, 1, 0)


def test_what_waits_for_another_project_is_no_lag_of_ours(office: Office) -> None:
    office.say(office.theirs, kind="track", name="Seen", identifiers=(ident("mobile_id", "m1"),))
    found = stats(office)
    assert (found["waiting"], found["lag_seconds"]) == (0, 0.0)
