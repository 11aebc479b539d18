"""Identity of a shop's visitors who arrive, sign in, sign out, and return without their cookies."""

from __future__ import annotations

import hashlib

from tests.browser.conftest import Visits
from tests.browser.visitors import done, events, ids, names, profile, visitor
from tests.server_process import Server


def customer_id(email: str) -> str:
    return hashlib.md5(email.encode(), usedforsecurity=False).hexdigest()


def test_a_visitor_is_an_anonymous_profile(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open("/?utm_source=news&utm_campaign=spring&gclid=g1")
    page.evaluate("view('p1')")
    page.click("#next")
    page.wait_for_function("() => window.web_event.version")
    page.evaluate("view('p2')")
    done(page)
    found = visitor(server, visit.uid)
    assert found["stage"] == "anonymous"
    happened = [
        *("session/start", "pageview/view", "page/opened", "product/view"),
        *("pageview/view", "page/opened", "product/view"),
    ]
    assert names(server, found) == happened
    timeline = events(server, found)
    assert len({event["session_id"] for event in timeline}) == 1
    assert timeline[3]["properties"]["items"] == [{"type": "product", "id": "p1", "name": "Shoe p1"}]
    assert timeline[4]["context"]["page"]["path"] == "/next"
    assert timeline[4]["context"]["page"]["referrer"].startswith(visit.shop)
    campaign = {"source": "news", "name": "spring", "gclid": "g1"}
    assert [event["context"]["campaign"] for event in timeline] == [campaign] * 7
    assert found["context"]["campaign_first"] == campaign


def test_a_lost_cookie_makes_a_second_visitor_on_the_same_device(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    done(page)
    first = visit.uid
    visit.lose_cookies()
    visit.open(page=page)
    done(page)
    assert visit.uid != first
    one, two = visitor(server, first), visitor(server, visit.uid)
    assert one["id"] != two["id"]
    devices = [{event["context"]["aid"] for event in events(server, found)} for found in (one, two)]
    assert len(devices[0]) == 1
    assert devices[0] == devices[1]


def test_three_visitors_of_one_device_are_one_customer_once_they_sign_in(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.tab()
    uids = set()
    for _ in range(3):
        visit.lose_cookies()
        done(visit.open(page=page))
        uids.add(visit.uid)
    assert len(uids) == 3
    page.evaluate("signIn('Ann.Ế@example.com', 'Ann')")
    done(page)
    found = profile(server, "user_id", customer_id("Ann.Ế@example.com"))
    assert found["stage"] == "customer"
    assert ids(found, "anonymous_id") == uids
    assert found["traits"]["name"] == "Ann"
    assert names(server, found).count("pageview/view") == 3


def test_the_user_after_a_logout_is_another_profile(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    page.evaluate("signIn('bo@example.com', 'Bo')")
    page.evaluate("view('of-bo')")
    done(page)
    bo_uid = visit.uid
    page.evaluate("web_event.resetAnonymousUId()")
    page.evaluate("view('of-unknown')")
    done(page)
    next_uid = visit.uid
    assert next_uid != bo_uid
    anonymous = visitor(server, next_uid)
    assert anonymous["stage"] == "anonymous"
    assert names(server, anonymous) == ["session/start", "product/view"]

    page.evaluate("signIn('cy@example.com', 'Cy')")
    page.reload()
    page.wait_for_function("() => window.web_event.version")
    done(page)
    bo, cy = (profile(server, "user_id", customer_id(f"{name}@example.com")) for name in ("bo", "cy"))
    assert (ids(bo, "anonymous_id"), ids(cy, "anonymous_id")) == ({bo_uid}, {next_uid})
    assert (bo["traits"]["name"], cy["traits"]["name"]) == ("Bo", "Cy")
    viewed = [
        [event["properties"]["items"][0]["id"] for event in events(server, found) if event["name"] == "product/view"]
        for found in (bo, cy)
    ]
    assert viewed == [["of-bo"], ["of-unknown"]]


def test_a_logout_in_one_tab_is_one_in_all(server: Server, visits: Visits) -> None:
    visit = visits()
    one, two = visit.open(), visit.open()
    one.evaluate("signIn('di@example.com', 'Di')")
    done(one)
    two.evaluate("web_event.resetAnonymousUId()")
    one.evaluate("view('after')")
    done(one)
    done(two)
    assert "product/view" in names(server, visitor(server, visit.uid))
    assert "product/view" not in names(server, profile(server, "user_id", customer_id("di@example.com")))


def test_a_visitor_id_of_the_vendor_s_own_script_is_kept(server: Server, visits: Visits) -> None:
    visit = visits()
    visit.context.add_cookies([{"name": "_asm_uid", "value": "653773101", "url": visit.shop}])
    done(visit.open())
    assert visit.uid == "653773101"
    assert "pageview/view" in names(server, visitor(server, "653773101"))
