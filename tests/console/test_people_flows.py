"""Finding a profile and the reasons for its merges, in Chromium."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.console.conftest import OpenConsole
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer
from tests.console.ingest_client import IngestClient


@pytest.fixture
def ingest(console: ConsoleServer) -> IngestClient:
    return IngestClient(console)


def test_a_profile_is_found_by_email_explained_and_its_merge_undone(
    open_console: OpenConsole, ingest: IngestClient
) -> None:
    person = ingest.customer()
    page = open_console(ADMIN).open("/p/default/profiles")
    page.keyboard.press("/")
    page.keyboard.type(person.email)
    page.wait_for_url(f"**/profiles?*q={person.email.replace('@', '%40')}*")
    page.keyboard.press("Escape")
    page.get_by_role("link", name=person.name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(person.name)
    expect(page.get_by_role("region", name="Timeline").get_by_role("link", name="Looked around")).to_be_visible()

    page.get_by_role("link", name="Identity", exact=True).click()
    why = "One message contained both the user ID of this profile and the anonymous ID of the other profile"
    expect(page.locator(".decision", has_text="Profiles merged")).to_contain_text(why)
    page.get_by_role("link", name="Undo merge…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo merge")
    expect(page.locator(".panel", has_text="Restored profile")).to_contain_text(person.visitor_id)
    page.get_by_label("Reason (optional)").fill("two people on one tablet")
    page.get_by_role("button", name="Undo merge", exact=True).click()

    note = page.locator(".note", has_text="Merge undone: two profiles")
    expect(note.get_by_role("link", name=person.name)).to_be_visible()
    expect(page.locator(".decision", has_text="Merge undone")).to_contain_text("two people on one tablet")
    note.get_by_role("link", name=person.visitor_id).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(person.visitor_id)
    expect(page.get_by_role("region", name="Timeline").get_by_role("link", name="Looked around")).to_be_visible()


def test_a_viewer_sees_what_an_undo_would_do_and_cannot_do_it(open_console: OpenConsole, ingest: IngestClient) -> None:
    person = ingest.customer()
    page = open_console(VIEWER).open(f"/p/default/profiles/{person.profile}/identity")
    page.get_by_role("link", name="Preview undo").click()
    expect(page.get_by_text("An administrator can undo this merge")).to_be_visible()
    expect(page.get_by_role("button", name="Undo merge", exact=True)).to_have_count(0)


def test_the_main_way_is_open_to_the_keyboard_alone(open_console: OpenConsole, ingest: IngestClient) -> None:
    person = ingest.customer()
    page = open_console(ADMIN).open(f"/p/default/profiles?q={person.user_id}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/profiles/{person.profile}")
    page.keyboard.press("j")
    expect(page.locator("[data-row]:focus-within")).to_have_count(1)


def test_the_query_is_in_the_url(open_console: OpenConsole, ingest: IngestClient) -> None:
    person = ingest.customer()
    page = open_console(ADMIN).open(f"/p/default/profiles?q={person.user_id}")
    page.locator("#stage").select_option("customer")
    page.wait_for_url("**/profiles?*stage=customer*")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Identifiers").uncheck()
    page.get_by_label("email", exact=True).check()
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url(re.compile("columns=trait%3Aemail"))
    expect(page.get_by_role("columnheader")).to_have_text(["Name", "Stage", "Last seen", "Events", "email"])
    expect(page.get_by_role("cell", name=person.email)).to_be_visible()


def test_a_pinned_trait_comes_first_on_every_profile(open_console: OpenConsole, ingest: IngestClient) -> None:
    person, other = ingest.customer(), ingest.customer()
    page = open_console(VIEWER).open(f"/p/default/profiles/{person.profile}")
    assert page.locator(".trait").first.inner_text().startswith("email")
    page.get_by_role("button", name="Pin name").click()
    expect(page.locator(".trait").first).to_contain_text(person.name)
    page.goto(f"/p/default/profiles/{other.profile}")
    expect(page.locator(".trait").first).to_contain_text(other.name)
    page.get_by_role("button", name="Unpin name").click()
    expect(page.locator(".trait").first).to_contain_text("email")


def test_a_preview_says_what_a_message_would_do(open_console: OpenConsole, ingest: IngestClient) -> None:
    one, other = ingest.customer(), ingest.customer()
    page = open_console(VIEWER).open(f"/p/default/profiles/{one.profile}/identity")
    page.get_by_label("Type of identifier 1").select_option("user_id")
    page.get_by_label("Value of identifier 1").fill(one.user_id)
    page.get_by_label("Type of identifier 2").select_option("anonymous_id")
    page.get_by_label("Value of identifier 2").fill(other.visitor_id)
    page.get_by_role("button", name="Test", exact=True).click()
    shown = page.locator("#preview .note")
    expect(shown).to_contain_text("Assigned to this profile")
    expect(shown).to_contain_text("Identifier moved")
    expect(shown).to_contain_text("Both profiles have a user ID, so they are not merged")


def test_a_moved_device_is_warned_of(open_console: OpenConsole, ingest: IngestClient) -> None:
    one, other = ingest.customer(), ingest.customer()
    ingest.send("identify", userId=other.user_id, anonymousId=one.visitor_id)
    ingest.settle()
    page = open_console(VIEWER).open(f"/p/default/profiles/{other.profile}/identity")
    warning = page.locator(".note.warn")
    expect(warning).to_contain_text("was reassigned to this profile from")
    expect(warning.get_by_role("link", name=one.name)).to_be_visible()
    page.goto(f"/p/default/profiles/{one.profile}")
    expect(page.locator(".note.warn")).to_contain_text("was reassigned to another profile")


@pytest.mark.parametrize("name", ["نجلاء الطيب", "山田太郎", "x" * 300])
def test_any_name_is_shown_whole_and_breaks_no_line(open_console: OpenConsole, ingest: IngestClient, name: str) -> None:
    person = ingest.customer(name)
    page = open_console(VIEWER, viewport={"width": 390, "height": 844}).open(f"/p/default/profiles/{person.profile}")
    assert page.get_by_role("heading", level=1).inner_text().startswith(name[:100])
    assert page.get_by_role("heading", level=1).get_attribute("dir") == "auto"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
