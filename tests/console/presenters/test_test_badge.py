"""A test profile is shown as one."""

from __future__ import annotations

from passerby.console.presenters.profile_names import is_test
from passerby.profiles.activity import Activity
from passerby.profiles.view import IdentifierRecord, MemberRecord, fold_profile


def test_a_profile_is_a_test_profile_by_its_identifiers() -> None:
    member = MemberRecord(id="0199c1e2-7a44-7c1b-9d52-6b1f0a3c8e21", activity=Activity(0, 0, 0))

    def of(*values: str) -> bool:
        held = [IdentifierRecord(namespace="x", value=each, scope="", first_seen=0, last_seen=0) for each in values]
        return is_test(fold_profile(member, [], held))

    assert of("passerby-test")
    assert not of("passerby-test", "u-1")
