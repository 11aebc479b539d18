"""The profile pages: their JSON and their HTML."""

from __future__ import annotations

import http
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer
from tests.console.ingest_client import IngestClient, Person


@pytest.fixture(scope="module")
def ingest(console: ConsoleServer) -> IngestClient:
    return IngestClient(console)


@pytest.fixture(scope="module")
def person(ingest: IngestClient) -> Person:
    """A customer who was an anonymous visitor before. No test undoes the merge."""
    return ingest.customer()


@pytest.fixture
def viewer(console: ConsoleServer) -> Iterator[httpx.Client]:
    with console.client(VIEWER) as client:
        yield client


@pytest.fixture
def admin(console: ConsoleServer) -> Iterator[httpx.Client]:
    with console.client(ADMIN) as client:
        yield client


def _json(client: httpx.Client, path: str, **query: Any) -> Any:
    answer = client.get(f"/p/default{path}.json", params=query)
    assert answer.status_code == http.HTTPStatus.OK, answer.text
    return answer.json()


def test_a_search_finds_by_identifier_email_and_name(viewer: httpx.Client, person: Person) -> None:
    last_name = person.name.rpartition(" ")[2]
    for text in (person.email, person.visitor_id, person.user_id.upper().lower(), person.name, last_name.upper()):
        found = _json(viewer, "/profiles", q=text)["found"]["profiles"]
        assert [profile["id"] for profile in found] == [person.profile], text


def test_a_phone_number_is_found_however_it_is_written(viewer: httpx.Client, ingest: IngestClient) -> None:
    digits = f"{secrets.randbelow(10**7):07}"
    user = f"user-{secrets.token_hex(4)}"
    ingest.send("identify", userId=user, traits={"phone": f"+49170{digits}"})
    ingest.settle()
    (found,) = _json(viewer, "/profiles", q=f"+49 (170) {digits[:3]} {digits[3:]}")["found"]["profiles"]
    assert found["user_id"] == user


def test_pages_list_every_profile_once(viewer: httpx.Client, console: ConsoleServer) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page = _json(viewer, "/profiles", **({"cursor": cursor} if cursor else {}))["found"]
        seen += [profile["id"] for profile in page["profiles"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    counts = console.server.read("/v1/stats")["profiles"]
    assert len(seen) == len(set(seen)) == sum(counts.values())


@pytest.mark.parametrize("stage", ["anonymous", "lead", "customer"])
def test_a_filter_by_stage_excludes_others(viewer: httpx.Client, stage: str) -> None:
    found = _json(viewer, "/profiles", stage=stage)["found"]["profiles"]
    assert {profile["stage"] for profile in found} == {stage}


def test_a_search_without_results_gives_advice(viewer: httpx.Client) -> None:
    assert "No profiles found" in viewer.get("/p/default/profiles?q=no+such+person+anywhere").text


def test_every_address_of_the_demos_profiles_finds_its_profile(console: ConsoleServer) -> None:
    """In traits alone, too, as of senders whose contacts are no identifiers, and whatever came after them."""
    addresses = {
        value: profile["id"]
        for profile in console.server.read("/v1/profiles", limit=1000)["profiles"]
        for name, value in profile["traits"].items()
        if name.lower() in {"email", "emailaddress"} and isinstance(value, str) and "@" in value
    }
    assert len(addresses) > 20
    for address, profile in addresses.items():
        found = console.server.read("/v1/profiles", q=address.upper(), limit=10)["profiles"]
        assert profile in [each["id"] for each in found], address


def test_a_page_whose_matches_all_have_another_stage_says_so(viewer: httpx.Client, person: Person) -> None:
    assert "No profiles found" in viewer.get("/p/default/profiles", params={"q": person.email, "stage": "lead"}).text


def test_an_absorbed_id_leads_to_the_canonical_profile_and_reports_it(viewer: httpx.Client, person: Person) -> None:
    loser = next(m["id"] for m in _json(viewer, f"/profiles/{person.profile}")["profile"]["members"] if m["merge_id"])
    answer = viewer.get(f"/p/default/profiles/{loser}")
    assert "was merged into this one" in answer.text
    assert person.name in answer.text


def test_every_identifier_says_which_message_brought_it(viewer: httpx.Client, person: Person) -> None:
    view = _json(viewer, f"/profiles/{person.profile}")
    brought = {(each["identifier"]["namespace"], each["identifier"]["value"]) for each in view["brought"]}
    assert brought == {("user_id", person.user_id), ("email", person.email), ("anonymous_id", person.visitor_id)}
    for each in view["brought"]:
        assert viewer.get(f"/p/default/events/{each['message_id']}").status_code == http.HTTPStatus.OK


def test_a_timeline_of_one_event_holds_no_other(viewer: httpx.Client, person: Person) -> None:
    view = _json(viewer, f"/profiles/{person.profile}", name="Bought")
    assert [event["name"] for event in view["timeline"]["events"]] == ["Bought"]
    assert "No events match the filter" in viewer.get(f"/p/default/profiles/{person.profile}?name=Never").text


def test_a_profile_that_does_not_exist_is_not_found(viewer: httpx.Client) -> None:
    for path in ("profiles/0199c1e2-6f08-7d35-a1c9-40e8b2f7d615", "profiles/nonsense", "profiles/nonsense/identity"):
        answer = viewer.get(f"/p/default/{path}")
        assert answer.status_code == http.HTTPStatus.NOT_FOUND
        assert "Page not found" in answer.text


def test_a_viewer_cannot_send_an_undo_directly(viewer: httpx.Client, person: Person) -> None:
    answer = viewer.post(f"/p/default/profiles/{person.profile}/identity/{person.merge}/undo", data={"reason": ""})
    assert answer.status_code == http.HTTPStatus.FORBIDDEN


def test_an_undo_that_comes_too_late_is_explained(admin: httpx.Client, ingest: IngestClient) -> None:
    person = ingest.customer()
    path = f"/p/default/profiles/{person.profile}/identity/{person.merge}/undo"
    first = admin.post(path, data={"reason": "wrong"})
    assert first.headers["location"].endswith(f"?said=undone&undone={person.merge}")
    second = admin.post(path, data={"reason": "wrong"})
    assert second.status_code == http.HTTPStatus.CONFLICT
    assert "Already undone" in second.text
    assert "This merge was undone on" in admin.get(path).text


def test_an_undo_that_a_later_merge_builds_on_leads_to_that_one(admin: httpx.Client, ingest: IngestClient) -> None:
    mark = secrets.token_hex(4)
    lead, visitor, customer = {"email": f"{mark}@example.com"}, f"visitor-{mark}", f"user-{mark}"
    ingest.send("identify", anonymousId=f"{visitor}-1", traits=lead)
    ingest.send("track", anonymousId=f"{visitor}-2", event="Looked around")
    ingest.send("identify", anonymousId=f"{visitor}-2", traits=lead)
    ingest.send("identify", userId=customer, traits={"name": mark})
    ingest.send("identify", userId=customer, traits=lead)
    ingest.settle()
    (profile,) = _json(admin, "/profiles", q=customer)["found"]["profiles"]
    path = f"/profiles/{profile['id']}/identity"
    earlier, later = _json(admin, path)["merges"]
    assert (earlier["undoable"], earlier["built_on"]) == (False, later["id"])
    shown = admin.get(f"/p/default{path}/{earlier['id']}/undo").text
    assert "A later merge depends on this one" in shown
    answer = admin.post(f"/p/default{path}/{earlier['id']}/undo", data={})
    assert answer.status_code == http.HTTPStatus.CONFLICT
    assert f"{path}/{later['id']}/undo" in answer.text


def test_a_merge_that_never_was_is_not_undone(admin: httpx.Client, person: Person) -> None:
    path = f"/p/default/profiles/{person.profile}/identity/0199c1e2-6f08-7d35-a1c9-40e8b2f7d615/undo"
    assert admin.get(path).status_code == admin.post(path, data={}).status_code == http.HTTPStatus.NOT_FOUND


def test_a_preview_takes_only_what_was_filled_in(viewer: httpx.Client, person: Person) -> None:
    view = _json(viewer, f"/profiles/{person.profile}/identity", namespace=["email", "user_id"], value=["", "new-one"])
    assert view["asked"]["identifiers"] == [{"namespace": "user_id", "value": "new-one", "scope": ""}]
    assert view["preview"]["created"] is True
    assert _json(viewer, f"/profiles/{person.profile}/identity")["preview"] is None


def test_only_undone_merges_list_the_separated_profiles(viewer: httpx.Client, person: Person) -> None:
    assert _json(viewer, f"/profiles/{person.profile}/identity", undone=person.merge)["parted"] is None
    nonsense = viewer.get(f"/p/default/profiles/{person.profile}/identity?undone=nonsense")
    assert nonsense.status_code == http.HTTPStatus.NOT_FOUND


def test_a_cookie_that_holds_no_pins_pins_nothing(viewer: httpx.Client, person: Person) -> None:
    viewer.cookies.set("passerby_pins", "%%%", path="/p/default/")
    assert _json(viewer, f"/profiles/{person.profile}")["pins"] == []


def _after(answer: httpx.Response) -> str:
    assert answer.status_code == http.HTTPStatus.SEE_OTHER, answer.text
    return answer.headers["location"]


def test_two_profiles_are_merged_manually_with_a_reason(admin: httpx.Client, ingest: IngestClient) -> None:
    customer, visitor = ingest.customer(), f"visitor-{secrets.token_hex(4)}"
    ingest.send("track", anonymousId=visitor, event="Looked around")
    ingest.settle()
    path = f"/profiles/{customer.profile}/identity"
    view = _json(admin, f"{path}/merge", **{"with": visitor})
    form = {"other": view["other"]["id"], "reason": ""}
    unexplained = admin.post(f"/p/default{path}/merge", data=form)
    assert unexplained.status_code == http.HTTPStatus.BAD_REQUEST
    assert "nter a reason: it is shown in the identity history" in unexplained.text
    assert _after(admin.post(f"/p/default{path}/merge", data={**form, "reason": "they called us"})).endswith("=merged")
    assert "they called us" in admin.get(f"/p/default{path}").text
    again = admin.post(f"/p/default{path}/merge", data={**form, "reason": "once more"})
    assert again.status_code == http.HTTPStatus.CONFLICT
    assert "Already merged" in again.text


def test_two_customers_are_merged_only_with_force(admin: httpx.Client, ingest: IngestClient) -> None:
    one, other = ingest.customer(), ingest.customer()
    path = f"/p/default/profiles/{one.profile}/identity/merge"
    assert "Force merge" in admin.get(path, params={"with": other.user_id}).text
    form = {"other": other.profile, "reason": "a second account"}
    refused = admin.post(path, data=form)
    assert refused.status_code == http.HTTPStatus.CONFLICT
    assert "Merge blocked by an identity rule" in refused.text
    _after(admin.post(path, data={**form, "force": "true"}))
    assert _json(admin, "/profiles", q=other.user_id)["found"]["profiles"][0]["id"] == one.profile


def test_the_merge_page_offers_force_before_a_merge_of_leads_with_different_contacts_is_rejected(
    admin: httpx.Client, ingest: IngestClient
) -> None:
    mark = secrets.token_hex(4)
    emails = (f"{mark}-1@example.com", f"{mark}-2@example.com")
    for place, email in enumerate(emails):
        ingest.send("identify", anonymousId=f"{mark}-{place}", traits={"email": email})
    ingest.settle()
    one, other = (_json(admin, "/profiles", q=email)["found"]["profiles"][0]["id"] for email in emails)
    path = f"/p/default/profiles/{one}/identity/merge"
    shown = admin.get(path, params={"with": other}).text
    assert "Force merge" in shown
    assert "identity rule R3b" in shown
    form = {"other": other, "reason": "one person", "force": "true"}
    assert _after(admin.post(path, data=form)).endswith("=merged")


def test_profiles_without_a_common_identifier_are_not_merged(admin: httpx.Client, person: Person) -> None:
    path = f"/profiles/{person.profile}/identity/merge"
    for text in ("0199c1e2-6f08-7d35-a1c9-40e8b2f7d615", person.email[:5], "no such person"):
        assert _json(admin, path, **{"with": text})["other"] is None
    assert _json(admin, path)["other"] is None
    assert "This is the same profile" in admin.get(f"/p/default{path}", params={"with": person.email}).text
    answer = admin.post(f"/p/default{path}", data={"other": "nonsense", "reason": "why not"})
    assert answer.status_code == http.HTTPStatus.NOT_FOUND


def test_an_identifier_is_detached_into_a_profile_of_its_own(admin: httpx.Client, ingest: IngestClient) -> None:
    person = ingest.customer()
    path = f"/p/default/profiles/{person.profile}/identity/detach"
    form = {"namespace": "anonymous_id", "value": person.visitor_id}
    assert "is moved to a new profile" in admin.get(path, params=form).text
    assert "nter a reason: it is shown in the identity history" in admin.post(path, data=form).text
    _after(admin.post(path, data={**form, "reason": "a shop's tablet"}))
    assert _json(admin, "/profiles", q=person.visitor_id)["found"]["profiles"][0]["id"] != person.profile
    assert admin.get(path, params=form).status_code == http.HTTPStatus.NOT_FOUND


def test_a_customer_id_is_not_detached(admin: httpx.Client, person: Person) -> None:
    form = {"namespace": "user_id", "value": person.user_id, "reason": "a mistake"}
    answer = admin.post(f"/p/default/profiles/{person.profile}/identity/detach", data=form)
    assert answer.status_code == http.HTTPStatus.CONFLICT
    assert "A user ID cannot be detached" in answer.text


def test_views_and_changes_are_in_the_audit_log(
    viewer: httpx.Client, admin: httpx.Client, ingest: IngestClient, console: ConsoleServer
) -> None:
    person = ingest.customer()
    _json(viewer, f"/profiles/{person.profile}")
    admin.post(f"/p/default/profiles/{person.profile}/identity/{person.merge}/undo", data={"reason": "wrong"})
    noted = [(entry["who"], entry["action"], entry["subject"]) for entry in console.server.read("/v1/audit")["entries"]]
    assert (f"console user {VIEWER}", "profile.viewed", person.profile) in noted
    assert (f"console user {ADMIN}", "merge.undone", person.merge) in noted


def test_a_profile_lists_the_properties_that_were_rejected_with_the_reason(
    ingest: IngestClient, person: Person, viewer: httpx.Client
) -> None:
    age = f"age{secrets.token_hex(4)}"
    ingest.send("identify", userId=f"u-{age}", traits={age: 31})
    ingest.webengage("users", userId=person.user_id, attributes={age: "32"})
    ingest.settle()
    assert _json(viewer, f"/profiles/{person.profile}")["profile"]["rejected"] == [
        {
            "name": age,
            "value": "32",
            "kind": "type_mismatch",
            "detail": {"expected": "number", "got": "string"},
            "reason": "type_mismatch: expected number, got string",
        }
    ]
    page = viewer.get(f"/p/default/profiles/{person.profile}").text
    assert "1 property rejected" in page
    assert "Expected number, got string" in page


@pytest.fixture(scope="module")
def shopper(ingest: IngestClient) -> str:
    """The id of a customer with a campaign, a page view and one order that was stated twice, over two members."""
    mark = secrets.token_hex(4)
    visitor, user = f"visitor-{mark}", f"user-{mark}"
    page = {"url": f"https://shop.example/{mark}", "referrer": "https://news.example/"}
    campaign = {"source": "newsletter", "name": "autumn"}
    system = {"device": {"model": "Model 7"}, "page": page, "campaign": campaign}
    ingest.send("page", anonymousId=visitor, name="Lamps", context=system, timestamp="2026-01-05T10:00:00Z")
    ingest.send("identify", userId=user, traits={"email": f"{mark}@x.example", "phone": "+4930123456", "name": "Ann"})
    order = {"order_id": mark, "total": 1234.5, "currency": "EUR"}
    for who in ({"anonymousId": visitor}, {"userId": user}):
        ingest.send("track", event="Order Completed", properties=order, **who)
    ingest.send("identify", userId=user, anonymousId=visitor)
    ingest.settle()
    profile: str = ingest.profile_of(user)
    return profile


class TestHeader:
    def test_it_names_the_customer_and_the_purchases(self, viewer: httpx.Client, shopper: str) -> None:
        text = viewer.get(f"/p/default/profiles/{shopper}").text
        for shown in (
            "@x.example",
            "+4930123456",
            "Model 7",
            "newsletter / autumn",
            "https://news.example/",
            "1\u202f234.50 EUR",
        ):
            assert shown in text, shown
        summary = _json(viewer, f"/profiles/{shopper}")["summary"]
        assert (summary["orders"], summary["revenue"][0]["value"]) == (1, 1234.5)
        assert summary["last_purchase"]

    def test_a_page_view_shows_its_url(self, viewer: httpx.Client, shopper: str) -> None:
        text = viewer.get(f"/p/default/profiles/{shopper}", params={"name": "Viewed Lamps Page"}).text
        (event,) = _json(viewer, f"/profiles/{shopper}", name="Viewed Lamps Page")["timeline"]["events"]
        assert text.count(event["context"]["page"]["url"]) > 1

    def test_events_can_be_chosen_by_name_from_a_list_with_counts(self, viewer: httpx.Client, shopper: str) -> None:
        assert "Order Completed (2)" in viewer.get(f"/p/default/profiles/{shopper}").text
        events = _json(viewer, f"/profiles/{shopper}", name="Order Completed")["timeline"]["events"]
        assert [event["name"] for event in events] == ["Order Completed"] * 2

    def test_a_name_that_is_not_in_the_list_stays_chosen(self, viewer: httpx.Client, shopper: str) -> None:
        text = viewer.get(f"/p/default/profiles/{shopper}", params={"name": "Never sent"}).text
        assert '<option value="Never sent" selected>' in text
        assert "No events match the filter" in text

    def test_events_can_be_chosen_by_day_both_days_included(self, viewer: httpx.Client, shopper: str) -> None:
        def names(**days: str) -> set[str]:
            return {event["name"] for event in _json(viewer, f"/profiles/{shopper}", **days)["timeline"]["events"]}

        everything = names()
        first = _json(viewer, f"/profiles/{shopper}")["summary"]["first_touch"]["at"][:10]
        assert "Viewed Lamps Page" in names(since=first, until=first)
        assert names(since=first) == everything
        assert names(until="2001-01-01") == set()

    def test_a_day_that_is_none_is_refused(self, viewer: httpx.Client, shopper: str) -> None:
        assert viewer.get(f"/p/default/profiles/{shopper}.json", params={"since": "soon"}).status_code == 400
