"""User flows through the console, in a browser."""

from __future__ import annotations

import subprocess
import sys

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.console.conftest import OpenConsole
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer
from tests.console.console_window import PATIENCE_MS

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def fresh(console: ConsoleServer) -> str:
    """A project that has received no events."""
    return str(console.new_project("fresh")["project"])


def sign_in(page: Page, user: str, password: str) -> None:
    page.get_by_label("Name").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_signing_in_leads_to_the_page_that_was_wanted_and_out_again(
    open_console: OpenConsole, console: ConsoleServer
) -> None:
    page = open_console().open("/p/default/sources")
    expect(page).to_have_title("Sign in · Passerby")
    sign_in(page, ADMIN, console.passwords[ADMIN])
    expect(page).to_have_title("Sources · Passerby")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in · Passerby")
    page.goto("/p/default/")
    expect(page).to_have_title("Sign in · Passerby")


def test_a_wrong_password_is_reported(open_console: OpenConsole) -> None:
    window = open_console()
    window.expected = ("status of 401",)
    page = window.open("/sign-in")
    sign_in(page, VIEWER, "not the password")
    expect(page.get_by_role("alert")).to_contain_text("Wrong name or password")
    expect(page.get_by_label("Name")).to_have_value(VIEWER)
    expect(page.get_by_label("Password")).to_be_focused()


def test_a_snippet_that_is_pasted_turns_the_source_green(open_console: OpenConsole, fresh: str) -> None:
    page = open_console(ADMIN).open(f"/p/{fresh}/sources/crossengage?language=Python")
    expect(page.get_by_text("Waiting for the first event")).to_be_visible()
    subprocess.run([sys.executable, "-c", page.locator("#snippet").inner_text()], check=True, capture_output=True)
    expect(page.get_by_text("Receiving events")).to_be_visible()
    expect(page.locator(".arrival .dot.good")).to_be_visible()


def test_a_key_that_was_rotated_is_refused(open_console: OpenConsole, console: ConsoleServer, fresh: str) -> None:
    page = open_console(ADMIN).open(f"/p/{fresh}/sources/segment")
    before = str(page.locator("table [data-copy]").first.get_attribute("data-copy"))

    def status(key: str) -> int:
        url = f"http://127.0.0.1:{console.server.port}/v1/track"
        return httpx.post(url, json={"anonymousId": "a", "event": "b"}, auth=(key, ""), timeout=60).status_code

    assert status(before) == 200
    page.get_by_role("link", name="Rotate Write key").first.click()
    expect(page.get_by_role("heading", name="Rotate write key")).to_be_visible()
    page.get_by_label("Current key").select_option("0")
    page.get_by_role("button", name="Rotate").click()
    expect(page.get_by_role("status").first).to_contain_text("Key added")
    after = str(page.locator("table [data-copy]").first.get_attribute("data-copy"))
    assert after != before
    page.wait_for_timeout(1)
    for _ in range(300):
        if status(before) != 200:
            break
        page.wait_for_timeout(100)
    assert status(before) == 401
    assert status(after) == 200


def test_a_new_secret_is_shown_once(open_console: OpenConsole, fresh: str) -> None:
    page = open_console(ADMIN).open(f"/p/{fresh}/sources/webengage")
    page.get_by_text("Add a key").click()
    page.get_by_label("Type").select_option("webengage.api_key")
    page.get_by_label("Label").fill("the shop's server")
    page.get_by_role("button", name="Add key").click()
    secret = page.locator("#secret").inner_text()
    assert secret.startswith("pby_")
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("the shop's server")).to_be_visible()
    assert secret not in page.content()


def test_an_administrator_adds_and_removes_a_user(open_console: OpenConsole) -> None:
    page = open_console(ADMIN).open("/p/default/settings/users")
    page.get_by_label("Name").fill("kim")
    page.get_by_role("button", name="Add", exact=True).click()
    password = page.locator("#secret").inner_text()
    theirs = open_console().open("/sign-in")
    sign_in(theirs, "kim", password)
    expect(theirs).to_have_title("Overview · Passerby")
    page.goto("/p/default/settings/users")
    page.get_by_text("Change kim").click()
    page.get_by_role("link", name="Remove kim").click()
    page.get_by_role("button", name="Remove user").click()
    expect(page.get_by_role("status").first).to_contain_text("removed")
    theirs.goto("/p/default/")
    expect(theirs).to_have_title("Sign in · Passerby")


def test_a_viewer_is_offered_nothing_that_changes(open_console: OpenConsole) -> None:
    window = open_console(VIEWER)
    for path in ("sources", "sources/segment", "settings/users", "settings/policy"):
        page = window.open(f"/p/default/{path}")
        for forbidden in ("Rotate", "Revoke", "Add key", "Remove", "Save", "Send a test event"):
            assert page.get_by_role("button", name=forbidden, exact=True).count() == 0, (path, forbidden)
    expect(window.page.get_by_label("One value per line")).to_be_disabled()


def test_every_user_can_change_their_own_password(open_console: OpenConsole, console: ConsoleServer) -> None:
    made = console.passerby("users", "add", "toni")
    window = open_console()
    page = window.open("/sign-in?to=/p/default/settings/users")
    sign_in(page, "toni", made["password"])
    page.get_by_label("Current password").fill("not this one")
    page.get_by_label("New password").fill("another password")
    window.expected = ("status of 400",)
    page.get_by_role("button", name="Change password").click()
    expect(page.locator("#current-error")).to_contain_text("not your current password")
    expect(page.get_by_label("Current password")).to_be_focused()
    page.get_by_label("Current password").fill(made["password"])
    page.get_by_label("New password").fill("another password")
    page.get_by_role("button", name="Change password").click()
    expect(page).to_have_title("Sign in · Passerby")
    sign_in(page, "toni", "another password")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_a_policy_records_the_user_who_changed_it(open_console: OpenConsole, fresh: str) -> None:
    page = open_console(ADMIN).open(f"/p/{fresh}/settings/policy")
    page.get_by_label("One value per line").fill("test@example.com\n\nnobody")
    page.get_by_label("email", exact=True).last.fill("7")
    page.get_by_label("Namespace", exact=True).fill("loyalty_card")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.get_by_label("One value per line")).to_have_value("test@example.com\nnobody")
    expect(page.get_by_text("console user admin")).to_be_visible()
    expect(page.get_by_text("2 blocked, 1 limits, email, phone, 1 namespaces")).to_be_visible()


def test_errors_of_a_policy_are_reported(open_console: OpenConsole, fresh: str) -> None:
    window = open_console(ADMIN)
    window.expected = ("status of 400",)
    page = window.open(f"/p/{fresh}/settings/policy")
    page.get_by_label("Namespace", exact=True).fill("Not A Name")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#namespace-error")).to_contain_text("Invalid namespace")
    expect(page.get_by_label("Namespace", exact=True)).to_have_value("Not A Name")


def test_the_main_flow_works_by_keyboard_alone(open_console: OpenConsole, console: ConsoleServer) -> None:
    page = open_console().open("/sign-in?to=/p/default/profiles")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(ADMIN)
    page.keyboard.press("Tab")
    page.keyboard.type(console.passwords[ADMIN])
    page.keyboard.press("Enter")
    expect(page).to_have_title("Profiles · Passerby")
    page.wait_for_load_state()  # keys pressed before the script has loaded are lost
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("a")
    page.keyboard.press("Escape")
    expect(page.locator("[data-search]")).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).not_to_have_title("Profiles · Passerby")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_keys_can_be_turned_off(open_console: OpenConsole) -> None:
    page = open_console(ADMIN).open("/p/default/profiles")
    page.get_by_label("Keys").first.uncheck()
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).not_to_be_focused()
    page.reload()
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).not_to_be_focused()
    page.get_by_label("Keys").first.check()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()


def test_what_is_long_is_copied_whole(open_console: OpenConsole) -> None:
    window = open_console(ADMIN, permissions=["clipboard-read", "clipboard-write"])
    page = window.open("/p/default/sources")
    button = page.locator("[data-copy]").first
    wanted = button.get_attribute("data-copy")
    button.click()
    expect(button).to_have_text("copied")
    assert page.evaluate("navigator.clipboard.readText()") == wanted


def test_the_doctor_looks_at_everything(open_console: OpenConsole) -> None:
    page = open_console(VIEWER).open("/p/default/health")
    page.get_by_role("button", name="Run diagnostics").click()
    expect(page.get_by_role("heading", name="Diagnostics")).to_be_visible()
    expect(page.get_by_role("cell", name="integrity OK").first).to_be_visible()


def test_everything_works_without_script(open_console: OpenConsole, console: ConsoleServer) -> None:
    window = open_console(java_script_enabled=False)
    page = window.open("/p/default/settings/users")
    sign_in(page, ADMIN, console.passwords[ADMIN])
    page.get_by_label("Name").fill("robin")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#secret")).to_be_visible()
    page.goto("/p/default/settings/users")
    page.get_by_text("Change robin").click()
    row = page.get_by_role("row").filter(has_text="robin")
    row.get_by_label("Role").select_option("admin")
    row.get_by_role("button", name="Set role").click()
    expect(page.get_by_role("status").first).to_contain_text("changed")
    page.get_by_text("Change robin").click()
    page.get_by_role("link", name="Remove robin").click()
    page.get_by_role("button", name="Remove user").click()
    expect(page.get_by_role("status").first).to_contain_text("removed")
    page.goto("/p/default/sources/segment")
    page.get_by_role("link", name="Python").click()
    expect(page.locator("#snippet")).to_contain_text("urlopen")
