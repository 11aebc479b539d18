"""A profile, folded from its members."""

from __future__ import annotations

from passerby.identity.stage import Stage
from passerby.positions import Position
from passerby.profiles.activity import Activity
from passerby.profiles.traits import Versioned
from passerby.profiles.view import MemberRecord, Profile, ProfileIdentifier, ProfileMember, fold_profile

CUSTOMER = MemberRecord(
    id="p1",
    stage=Stage.CUSTOMER,
    user_id="u-1",
    activity=Activity(1000, 2000, 2),
    traits={"firstName": Versioned("Ada", 1000, Position(1)), "city": Versioned("Rome", 1000, Position(1))},
    context={"ip": Versioned("192.0.2.1", 1000, Position(1))},
)
LATER = MemberRecord(
    id="p3",
    activity=Activity(500, 1500, 3),
    traits={"city": Versioned("Paris", 1500, Position(2))},
    context={"ip": Versioned("192.0.2.2", 1500, Position(2))},
    merge_id="m3",
    merged_at=3000,
)
EARLIER = MemberRecord(id="p4", activity=Activity(800, 900, 1), merge_id="m2", merged_at=2500)
MOBILE = ProfileIdentifier(namespace="mobile_id", value="m-1", scope="", first_seen=500, last_seen=1500)
USER = ProfileIdentifier(namespace="user_id", value="u-1", scope="", first_seen=1000, last_seen=2000)


def test_a_profile_is_the_fold_of_its_members() -> None:
    profile = fold_profile(CUSTOMER, [LATER, EARLIER], [USER, MOBILE])
    assert profile == Profile(
        id="p1",
        stage=Stage.CUSTOMER,
        user_id="u-1",
        identifiers=[MOBILE, USER],
        traits={"city": "Paris", "firstName": "Ada"},
        rejected={},
        context={"ip": "192.0.2.2"},
        first_seen=500,
        last_seen=2000,
        event_count=6,
        members=[
            ProfileMember(id="p1", merge_id=None, merged_at=None),
            ProfileMember(id="p4", merge_id="m2", merged_at=2500),
            ProfileMember(id="p3", merge_id="m3", merged_at=3000),
        ],
    )


def test_a_profile_without_merges_is_its_only_member() -> None:
    profile = fold_profile(MemberRecord(id="p", activity=Activity(0, 0)), [], [])
    assert (profile.stage, profile.user_id, profile.identifiers, profile.traits) == (Stage.ANONYMOUS, None, [], {})
    assert [member.id for member in profile.members] == ["p"]


def test_folding_does_not_change_the_records() -> None:
    fold_profile(CUSTOMER, [LATER], [])
    assert CUSTOMER.activity == Activity(1000, 2000, 2)
    assert CUSTOMER.traits["city"].value == "Rome"
