from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.dialect_calls import BULK_EVENTS, BULK_USERS, CALLS, EVENTS, IDENTIFY, TRACK, USERS

from passerby.dialects.registry import ALL, REMEMBERED_LENGTH, match, tidy

KIB = 1 << 10
MIB = 1 << 20


def test_dialects_have_names_of_their_own() -> None:
    assert [dialect.name for dialect in ALL] == ["crossengage", "webengage", "customerlabs", "antsomi", "segment"]


@pytest.mark.parametrize(
    "path, dialect, name, limit, rate",
    [
        (IDENTIFY, "crossengage", "identify", MIB, None),
        (TRACK, "crossengage", "track", MIB, None),
        (EVENTS, "webengage", "events", MIB, 5_000),
        (USERS, "webengage", "users", MIB, 5_000),
        (BULK_EVENTS, "webengage", "bulk-events", 5 * MIB, 500),
        (BULK_USERS, "webengage", "bulk-users", 5 * MIB, 500),
        ("/app/externalIds", "customerlabs", "externalIds", MIB, None),
        ("/app/identify", "customerlabs", "identify", MIB, None),
        ("/source/s-1/", "customerlabs", "event", 5 * MIB, None),
        ("/event", "antsomi", "event", MIB, None),
        ("/stream_event", "antsomi", "stream_event", MIB, None),
        ("/v1/track", "segment", "track", 32 * KIB, None),
        ("/v1/t", "segment", "track", 32 * KIB, None),
        ("/v1/batch", "segment", "batch", 4_000 * KIB, None),
        ("/v1/m", "segment", "metrics", 500 * KIB, None),
        ("/v1/import", "segment", "import", 4_000 * KIB, None),
        ("/beacon/v1/batch", "segment", "beacon", 4_000 * KIB, None),
        ("/v1/projects/k/settings", "segment", "settings", 32 * KIB, None),
        ("/customerio/v1/projects/k/settings", "segment", "settings", 32 * KIB, None),
        ("/sourceConfig", "segment", "sourceConfig", 32 * KIB, None),
        ("/v1/pixel/track", "segment", "pixel_track", 32 * KIB, None),
        ("/pixel/v1/page", "segment", "pixel_page", 32 * KIB, None),
    ],
)
def test_a_path_leads_to_its_call(path: str, dialect: str, name: str, limit: int, rate: int | None) -> None:
    call = match(path)
    assert call is not None
    assert (call.dialect, call.name, call.body_limit, call.rate) == (dialect, name, limit, rate)


def test_no_two_calls_share_a_budget() -> None:
    calls = [call for path in CALLS if (call := match(path)) is not None and call.rate is not None]
    assert len({call.rate_group for call in calls}) == len(calls)


@pytest.mark.parametrize(
    "path, parameters",
    [
        ("/api/v1/mobile/a key/track", {"mobileApiKey": "a key"}),
        ("/api/v1/mobile//track", {"mobileApiKey": ""}),
        ("/v1/accounts/in~~1234c456/events", {"license": "in~~1234c456"}),
        ("/v1/projects/w-1/settings", {"writeKey": "w-1"}),
        ("/source/s-1/", {"slug": "s-1"}),
        ("/source/s-1", {"slug": "s-1"}),
    ],
)
def test_the_key_in_a_path_is_the_calls_parameter(path: str, parameters: dict[str, str]) -> None:
    call = match(path)
    assert call is not None
    assert call.parameters == parameters


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/mobile/k",
        "/api/v1/mobile/k/",
        "/api/v1/mobile/k/page",
        "/api/v1/mobile/k/l/track",
        "/v1/accounts/l",
        "/v1/accounts/l/opengdpr_requests",
        "/v1/accounts/l/opengdpr_requests/1",
        "/v1/accounts/l/users/bulk",
        "/app/track",
        "/source/s-1/t",
        "/v1/accounts/l/" + "x" * REMEMBERED_LENGTH,
    ],
)
def test_a_path_below_a_vendors_prefix_is_that_vendors_unknown_call(path: str) -> None:
    call = match(path)
    assert call is not None
    assert (call.name, call.rate) == ("unknown", None)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/healthz",
        "/api/v1/mobile",
        "/v1/accounts",
        "/v2/accounts/l/events",
        "/v1",
        "/v1/",
        "/v1/x",
        "/v1/Track",
        "/v1//",
        "/app",
        "/source",
        "/events/1",
        "/leads/1",
        "/user",
        "/stream",
        "/v1/projects/k",
        "/v1/projects/k/l/settings",
        "/v1/projects/settings",
    ],
)
def test_other_paths_are_no_vendors(path: str) -> None:
    assert match(path) is None


@pytest.mark.parametrize(
    "path",
    [
        *CALLS,
        *("/app/externalIds", "/app/identify", "/source/s-1", "/event", "/stream_event", "/sourceConfig"),
        *("/v1/track", "/v1/t", "/v1/batch", "/v1/import", "/v1/m", "/beacon/v1/batch", "/v1/projects/k/settings"),
        *("/customerio/v1/projects/k/settings", "/v1/pixel/track", "/pixel/v1/page"),
    ],
)
def test_slashes_at_the_end_and_doubled_ones_change_nothing(path: str) -> None:
    call = match(path)
    assert call is not None
    prefix, _, last = path.rpartition("/")
    for written in (f"/{path}", f"{path}/", f"//{path}//", f"{prefix}//{last}"):
        found = match(written)
        assert found is not None, written
        assert (found.dialect, found.name, found.parameters) == (call.dialect, call.name, call.parameters), written


@given(st.text() | st.sampled_from(CALLS).flatmap(lambda path: st.text().map(lambda text: path + text)))
def test_every_path_belongs_to_at_most_one_dialect(path: str) -> None:
    known = [call for dialect in ALL if (call := dialect.match(path)) is not None]
    assert len(known) <= 1
    tidied = [dialect for dialect in ALL if dialect.match(tidy(path)) is not None]
    assert (match(path) is not None) == bool(known or tidied)
