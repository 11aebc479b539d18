"""A profile in the API."""

from __future__ import annotations

import msgspec

from passerby.identity.stage import Stage
from passerby.messages import RejectionDetail
from passerby.profiles.rejected import RejectedTrait
from passerby.profiles.view import Profile, ProfileIdentifier, ProfileMember
from passerby.schemas.profiles import profile_json

PROFILE = Profile(
    id="p1",
    stage=Stage.CUSTOMER,
    user_id="u-1",
    identifiers=[ProfileIdentifier(namespace="user_id", value="u-1", scope="", first_seen=1000, last_seen=2000)],
    traits={"city": "Paris"},
    rejected={"age": RejectedTrait("old", "type_mismatch", RejectionDetail(expected="number", got="string"))},
    context={"ip": "192.0.2.2"},
    first_seen=500,
    last_seen=2000,
    event_count=6,
    members=[
        ProfileMember(id="p1", merge_id=None, merged_at=None),
        ProfileMember(id="p4", merge_id="m2", merged_at=2500),
    ],
)


def test_times_are_iso_8601_and_the_stage_is_its_name() -> None:
    assert msgspec.to_builtins(profile_json(PROFILE)) == {
        "id": "p1",
        "stage": "customer",
        "user_id": "u-1",
        "identifiers": [
            {
                "namespace": "user_id",
                "value": "u-1",
                "scope": "",
                "first_seen": "1970-01-01T00:00:01.000Z",
                "last_seen": "1970-01-01T00:00:02.000Z",
            },
        ],
        "traits": {"city": "Paris"},
        "rejected": [
            {
                "name": "age",
                "value": "old",
                "kind": "type_mismatch",
                "detail": {"expected": "number", "got": "string"},
                "reason": "type_mismatch: expected number, got string",
            }
        ],
        "context": {"ip": "192.0.2.2"},
        "first_seen": "1970-01-01T00:00:00.500Z",
        "last_seen": "1970-01-01T00:00:02.000Z",
        "event_count": 6,
        "members": [
            {"id": "p1", "merge_id": None, "merged_at": None},
            {"id": "p4", "merge_id": "m2", "merged_at": "1970-01-01T00:00:02.500Z"},
        ],
    }
