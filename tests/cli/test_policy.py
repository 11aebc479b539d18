"""`passerby projects policy` shows and changes a project's identity policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("keys")

SET = ("projects", "policy", "set", "default")
SHOW = ("projects", "policy", "show", "default")


def test_parts_that_are_not_given_stay(passerby: Command) -> None:
    assert passerby(*SET, "--block", "guest", "--limit", "mobile_id=50").code == 0
    assert passerby(*SET, "--contact-trait", "phone", "--namespace", "card=contact").code == 0
    assert passerby(*SET, "--namespace", "cookie=device").code == 0
    assert passerby(*SHOW, "--json").json == {
        "blocked_values": ["guest"],
        "limits": {"mobile_id": 50},
        "contact_traits": ["phone"],
        "namespaces": {"card": "contact", "cookie": "device"},
    }
    assert "mobile_id=50" in passerby(*SHOW).out


def test_changes_are_listed_with_who(passerby: Command) -> None:
    passerby(*SET, "--block", "guest")
    (change,) = passerby(*SHOW, "--history").json
    assert (change["who"], change["after"]["blocked_values"]) == ("the command line", ["guest"])


def test_blocking_among_the_settings_is_a_change_of_the_policy(passerby: Command) -> None:
    passerby("projects", "set", "default", "--block", "guest", "--timezone", "Europe/Lisbon")
    assert len(passerby(*SHOW, "--history").json) == 1
    assert passerby("projects", "list", "--json").json[0]["settings"]["timezone"] == "Europe/Lisbon"


def test_a_policy_is_read_from_a_file(passerby: Command, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text('{"limits": {"email": 3}}')
    assert passerby(*SET, "--file", str(file)).code == 0
    assert passerby(*SHOW, "--json").json["limits"] == {"email": 3}
    file.write_text("none")
    assert "is not a valid policy file" in passerby(*SET, "--file", str(file)).err


@pytest.mark.parametrize(
    "flag, value, why",
    [
        ("--limit", "email=many", "invalid policy"),
        ("--limit", "user_id=2", "cannot have a limit"),
        ("--contact-trait", "name", "invalid policy"),
        ("--namespace", "email=device", "invalid namespace"),
    ],
)
def test_an_invalid_policy_is_rejected(passerby: Command, flag: str, value: str, why: str) -> None:
    done = passerby(*SET, flag, value)
    assert (done.code, why in done.err) == (1, True)
