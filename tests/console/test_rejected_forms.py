"""A rejected form is shown again: values kept, the error next to its field, the field focused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest
from playwright.sync_api import expect
from tests.console.conftest import OpenConsole
from tests.console.console_server import ADMIN, PROJECT, VIEWER, ConsoleServer

BASE = f"/p/{PROJECT}"


class Case(NamedTuple):
    """A form: where it goes, what is sent, the field that is wrong, a part of the message, and texts that are kept."""

    path: str
    sent: dict[str, str]
    field: str
    message: str
    kept: tuple[str, ...]


CASES = {
    "project-name": Case(
        "/settings",
        {"name": "No Spaces!", "timezone": "Asia/Tokyo", "phone_country": "JP", "redirect_hosts": "kept.example"},
        "name",
        "lower-case letters",
        ('value="No Spaces!"', "<option selected>Asia/Tokyo</option>", 'value="JP"', "kept.example</textarea>"),
    ),
    "project-name-too-long": Case(
        "/settings", {"name": "n" * 64, "timezone": "UTC"}, "name", "Use at most 63 characters", ("n" * 64,)
    ),
    "project-timezone": Case(
        "/settings", {"name": PROJECT, "timezone": "Mars/Base"}, "timezone", "Unknown time zone", ("Mars/Base",)
    ),
    "project-country": Case(
        "/settings",
        {"name": PROJECT, "timezone": "UTC", "phone_country": "ZZ"},
        "phone_country",
        "Unknown country",
        ('value="ZZ"',),
    ),
    "project-rate": Case(
        "/settings",
        {"name": PROJECT, "timezone": "UTC", "rate_factor": "often", "answers_with_profile": "on"},
        "rate_factor",
        "Enter a number from 0",
        ('value="often"', 'value="on" checked'),
    ),
    "project-hosts": Case(
        "/settings",
        {"name": PROJECT, "timezone": "UTC", "redirect_hosts": "https://x"},
        "redirect_hosts",
        "Invalid host",
        ("https://x</textarea>",),
    ),
    "policy-limit": Case(
        "/settings/policy",
        {"limit.device_id": "20000", "blocked_values": "kept value"},
        "limit.device_id",
        "1 to 10,000",
        ('value="20000"', "kept value</textarea>"),
    ),
    "policy-namespace": Case(
        "/settings/policy",
        {"namespace": "Not One", "class": "device"},
        "namespace",
        "Invalid namespace",
        ('value="Not One"', '<option value="device" selected>'),
    ),
    "policy-class": Case(
        "/settings/policy", {"namespace": "card", "class": "x"}, "class", "options", ('value="card"',)
    ),
    "policy-contacts": Case("/settings/policy", {"contact_traits": "fax"}, "contact_traits", "options", ()),
    "policy-value": Case("/settings/policy", {"blocked_values": "b" * 1_001}, "blocked_values", "1000 characters", ()),
    "token-label": Case(
        "/settings/tokens", {"label": "", "scopes": "manage"}, "label", "required", ('value="manage" checked',)
    ),
    "token-scopes": Case("/settings/tokens", {"label": "kept"}, "scopes", "at least one", ('value="kept"',)),
    "user-name": Case(
        "/settings/users/add",
        {"name": "not a name", "role": "admin", "project": PROJECT, "password": "a long password"},
        "name",
        "Invalid user name",
        ('value="not a name"', '<option value="admin" selected>', f"<option selected>{PROJECT}</option>"),
    ),
    "user-password": Case(
        "/settings/users/add", {"name": "new", "password": "short"}, "password", "at least 12", ('value="new"',)
    ),
    "user-role": Case(
        "/settings/users/role", {"name": ADMIN, "role": "viewer"}, "role", "only administrator", ("<details open>",)
    ),
    "own-password": Case(
        "/settings/users/own-password",
        {"current": "wrong", "new": "a long password"},
        "current",
        "not your current",
        (),
    ),
    "key": Case(
        "/sources/segment/keys",
        {"kind": "segment.write_key", "label": "my label", "value": "!"},
        "value",
        "6 to 128 letters",
        ('value="my label"', 'value="!"', "<details open>"),
    ),
    "key-kind": Case(
        "/sources/segment/keys", {"kind": "api_token", "label": "kept"}, "kind", "is one of", ('value="kept"',)
    ),
    "mark": Case(
        "/catalogue/mark?event=Viewed+Product",
        {"event": "Viewed Product", "description": "d" * 2_001, "planned": "true"},
        "description",
        "Use at most 2000 characters",
        ("d" * 2_001, 'name="planned" value="true" checked'),
    ),
}


@pytest.fixture
def admin(console: ConsoleServer) -> Iterator[httpx.Client]:
    with console.client(ADMIN) as client:
        yield client


@pytest.mark.parametrize("name", CASES)
def test_a_form_with_a_mistake_is_shown_again(admin: httpx.Client, name: str) -> None:
    case = CASES[name]
    answer = admin.post(BASE + case.path, data=case.sent)
    text = answer.text
    assert answer.status_code == 400
    assert '<nav aria-label="Pages">' in text
    assert '<div class="note bad" role="alert">' in text
    described = re.search(r'<span class="fault" id="([^"]+)">([^<]*)</span>', text)
    assert described is not None, text
    assert case.message in described[2]
    wrong = re.search(rf'<[^>]*aria-describedby="{described[1]}[^>]*>', text)
    assert wrong is not None
    assert 'aria-invalid="true" autofocus' in wrong[0]
    assert f'name="{case.field}"' in wrong[0] or case.field == "scopes"
    for part in case.kept:
        assert part in text, part
    assert "a long password" not in text


def test_a_viewer_gets_no_form_again(console: ConsoleServer) -> None:
    with console.client(VIEWER) as client:
        answer = client.post(f"{BASE}/settings", data={"name": "!"})
        assert (answer.status_code, "Permission denied" in answer.text) == (403, True)


def test_a_form_whose_page_no_longer_exists_is_explained(admin: httpx.Client) -> None:
    path = f"{BASE}/profiles/0190b5a0-0000-7000-8000-000000000000/pins"
    answer = admin.post(path, data={"trait": "", "pin": "yes"})
    assert (answer.status_code, "Invalid input" in answer.text) == (400, True)


def test_decisions_keep_their_reason(console: ConsoleServer, admin: httpx.Client) -> None:
    own = f"{BASE}/profiles/{console.profile}/identity"
    gone = {"other": console.profile, "reason": "the same &lt;shopper&gt;", "force": "true"}
    answer = admin.post(f"{own}/merge", data=gone)
    assert answer.status_code == 409
    empty = admin.post(f"{own}/merge", data={"other": console.other, "reason": " "})
    assert (empty.status_code, 'id="reason-error"' in empty.text) == (400, True)


def test_focus_is_on_the_first_wrong_field_and_the_page_can_be_sent_again(
    open_console: OpenConsole, console: ConsoleServer
) -> None:
    console.new_project("fixed")
    window = open_console(ADMIN)
    window.expected = ("status of 400",)
    page = window.open("/p/fixed/settings")
    page.get_by_label("Default phone country").fill("ZZ")
    page.get_by_label("Time zone").select_option("Europe/Lisbon")
    page.get_by_role("button", name="Save").click()
    wrong = page.get_by_label("Default phone country")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_value("ZZ")
    expect(wrong).to_have_accessible_description(re.compile("Unknown country"))
    expect(page.get_by_role("alert")).to_contain_text("Unknown country")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Lisbon")
    assert window.audit() == []
    wrong.fill("PT")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Lisbon")


def test_the_page_is_shown_with_the_query_that_it_had(open_console: OpenConsole) -> None:
    window = open_console(ADMIN)
    window.expected = ("status of 400",)
    page = window.open(f"{BASE}/sources/segment?language=Python")
    page.get_by_text("Add a key").click()
    page.get_by_label("Existing key (optional)").fill("!")
    page.get_by_role("button", name="Add key").click()
    expect(page.get_by_label("Existing key (optional)")).to_be_focused()
    expect(page.get_by_label("Existing key (optional)")).to_have_value("!")
    expect(page.get_by_role("link", name="Python", exact=True)).to_have_attribute("aria-current", "true")


def test_an_address_with_an_invalid_value_is_explained_without_terms_of_the_validation_library(
    console: ConsoleServer,
) -> None:
    with console.client(ADMIN) as client:
        answer = client.get("/p/default/live", params={"status": "nonsense"})
    assert answer.status_code == 400
    assert "status: Choose one of the options." in answer.text
