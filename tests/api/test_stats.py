"""The counts of a project over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.api.api_client import ApiClient
from tests.state.state_builder import ident

from passerby.services.access import ServerAccess
from passerby.services.caller import COMMAND_LINE
from passerby.services.stats import get_stats


class OlderLog:
    """A log that has accepted nothing yet."""

    def accepted(self, project: int) -> int:
        del project
        return 0


def stats(api: ApiClient) -> dict[str, Any]:
    found: dict[str, Any] = api.get("/v1/stats").json()
    assert found["accepted"] == found["applied"] + found["duplicates"] + found["waiting"]
    return found


def test_a_new_project_has_counted_nothing(api: ApiClient) -> None:
    assert stats(api) == {
        "accepted": 0,
        "applied": 0,
        "duplicates": 0,
        "waiting": 0,
        "events": 0,
        "violations": 0,
        "profiles": {"anonymous": 0, "lead": 0, "customer": 0},
        "lag_seconds": 0.0,
    }


def test_everything_applied_is_counted(api: ApiClient) -> None:
    api.identify(ident("user_id", "u1"))
    api.track("Seen", ident("mobile_id", "m1"))
    api.track("Seen", ident("mobile_id", "undefined"), project=api.other_project)
    for _ in range(2):
        api.append(kind="track", name="Seen", identifiers=(ident("email", "a@b.example"),), deduplication_key="k")
    api.server.apply()
    assert stats(api) == {
        "accepted": 4,
        "applied": 3,
        "duplicates": 1,
        "waiting": 0,
        "events": 2,
        "violations": 0,
        "profiles": {"anonymous": 1, "lead": 1, "customer": 1},
        "lag_seconds": 0.0,
    }


def test_what_waits_shows_and_so_does_for_how_long(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    api.append(kind="track", name="Seen", identifiers=(ident("mobile_id", "m1"),))
    found = stats(api)
    assert (found["accepted"], found["applied"], found["waiting"]) == (2, 1, 1)
    assert found["lag_seconds"] > 0


def test_with_an_older_copy_of_the_log_the_backlog_is_not_negative(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    api.server.apply()
    log: Any = OlderLog()
    found = get_stats(ServerAccess(replace(api.server.context, log=log), api.project, COMMAND_LINE))
    assert (found.accepted, found.applied, found.waiting) == (1, 1, 0)


def test_messages_of_another_project_are_not_our_lag(api: ApiClient) -> None:
    api.append(api.other_project, kind="track", name="Seen", identifiers=(ident("mobile_id", "m1"),))
    found = stats(api)
    assert (found["waiting"], found["lag_seconds"]) == (0, 0.0)
