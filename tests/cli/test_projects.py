"""`passerby projects` lists, adds and changes projects."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("keys")


def test_projects_are_listed_as_text_and_json(passerby: Command) -> None:
    passerby("projects", "add", "second")
    assert [line.split()[0] for line in passerby("projects", "list").out.splitlines()] == ["name", "default", "second"]
    listed = passerby("projects", "list", "--json").json
    assert [project["name"] for project in listed] == ["default", "second"]
    assert listed[0]["settings"]["timezone"] == "UTC"


def test_a_project_is_added_with_keys_of_its_own_and_no_console_user(passerby: Command) -> None:
    added = passerby("projects", "add", "second", "--json").json
    assert added["project"] == "second"
    assert set(added) == {"project", "api_token", "crossengage", "webengage", "customerlabs", "antsomi", "segment"}


def test_the_output_of_add_says_that_secrets_are_not_shown_again(passerby: Command) -> None:
    assert "not shown again" in passerby("projects", "add", "second").out


@pytest.mark.parametrize("name, why", [("default", "already exists"), ("No Good", "invalid project name")])
def test_a_name_that_cannot_be_is_refused(passerby: Command, name: str, why: str) -> None:
    done = passerby("projects", "add", name)
    assert done.code == 1
    assert why in done.err


def test_settings_that_are_not_given_stay(passerby: Command) -> None:
    passerby("projects", "set", "default", "--timezone", "Europe/Lisbon", "--block", "guest", "--block", "test")
    passerby("projects", "set", "default", "--phone-country", "pt")
    settings = passerby("projects", "list", "--json").json[0]["settings"]
    assert (settings["timezone"], settings["phone_country"]) == ("Europe/Lisbon", "PT")
    assert settings["blocked_values"] == ["guest", "test"]


def test_a_country_can_be_unset(passerby: Command) -> None:
    passerby("projects", "set", "default", "--phone-country", "PT")
    passerby("projects", "set", "default", "--phone-country", "")
    assert passerby("projects", "list", "--json").json[0]["settings"]["phone_country"] == ""


def test_redirect_hosts_are_set_and_unset(passerby: Command) -> None:
    passerby("projects", "set", "default", "--redirect-host", "Shop.example", "--redirect-host", "www.shop.example")
    assert passerby("projects", "list", "--json").json[0]["settings"]["redirect_hosts"] == [
        "shop.example",
        "www.shop.example",
    ]
    passerby("projects", "set", "default", "--empty-redirect-host")
    assert passerby("projects", "list", "--json").json[0]["settings"]["redirect_hosts"] == []


@pytest.mark.parametrize(
    "flag, value, why",
    [
        ("--timezone", "Lisbon", "use a name like"),
        ("--phone-country", "Portugal", "two-letter code"),
        ("--redirect-host", "https://shop.example", "a name alone"),
        ("--redirect-host", "shop..example", "a name alone"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(passerby: Command, flag: str, value: str, why: str) -> None:
    done = passerby("projects", "set", "default", flag, value)
    assert done.code == 1
    assert why in done.err
