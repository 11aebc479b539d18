"""No event is lost or duplicated: offline, on reload, in closed pages, in many tabs, without storage."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, Page, Route
from tests.browser.conftest import Visits
from tests.browser.visitors import counted, done, profile, steps, visitor, visitor_when
from tests.server_process import Server

QUEUED = "Object.keys(localStorage).filter((key) => key.startsWith('_asm_q.')).length"
COLLECTOR = "**/event?*"


def unreachable(page: Page) -> None:
    """From here on no request of this page reaches the collector."""
    page.route(COLLECTOR, lambda route: route.abort())


def walk(page: Page, first: int, last: int) -> None:
    page.evaluate("([first, last]) => { for (let index = first; index < last; index++) step(index); }", [first, last])


def test_what_happens_offline_arrives_when_the_network_is_back(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    done(page)
    visit.context.set_offline(True)
    walk(page, 0, 30)
    page.wait_for_timeout(1_500)
    assert page.evaluate(QUEUED) == 30
    visit.context.set_offline(False)
    done(page)
    assert steps(server, visitor(server, visit.uid)) == list(range(30))


def test_a_reload_loses_nothing(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    done(page)
    unreachable(page)
    walk(page, 0, 5)
    page.reload()
    page.wait_for_function("() => window.web_event.version")
    walk(page, 5, 10)
    assert page.evaluate(QUEUED) >= 10
    page.unroute(COLLECTOR)
    visit.open("/later", page=page)
    done(page)
    found = visitor(server, visit.uid)
    assert steps(server, found) == list(range(10))
    assert counted(server, found)["pageview/view"] == 3


def test_a_closed_page_has_sent_its_last_event_once(server: Server, visits: Visits) -> None:
    visit = visits()
    other = visit.open("/other")
    page = visit.open()
    done(page)
    before = visitor(server, visit.uid)["event_count"]
    other.goto("about:blank")
    walk(page, 0, 5)
    page.close(run_before_unload=True)
    found = visitor_when(server, visit.uid, before + 5)
    assert steps(server, found) == list(range(5))

    visit.open("/later", page=other)
    done(other)
    after = visitor(server, visit.uid)
    assert steps(server, after) == list(range(5))
    assert after["event_count"] == before + 7


def test_a_link_to_another_site_loses_no_event(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    done(page)
    walk(page, 0, 3)
    page.goto("about:blank")
    found = visitor_when(server, visit.uid, 6)
    assert steps(server, found) == [0, 1, 2]


@pytest.mark.parametrize("host", ["localhost", "shop.example"])
def test_two_tabs_at_once_send_everything_and_count_once(server: Server, visits: Visits, host: str) -> None:
    """By its own name, without encryption, the shop's pages have no locks."""
    visit = visits(host)
    visit.open()
    tabs = [visit.open(f"/{index}") for index in range(2)]
    assert tabs[0].evaluate("Boolean(navigator.locks)") is (host == "localhost")
    for page in tabs:
        unreachable(page)
    for index in range(20):
        walk(tabs[index % 2], index, index + 1)
    for page in tabs:
        page.unroute(COLLECTOR)
        page.evaluate("window.dispatchEvent(new Event('online'))")
    for index in range(20, 40):
        walk(tabs[index % 2], index, index + 1)
    for page in tabs:
        done(page)
    found = visitor(server, visit.uid)
    assert sorted(steps(server, found)) == list(range(40))
    assert counted(server, found)["pageview/view"] == 3


def test_a_server_that_is_away_for_a_while_gets_everything(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    done(page)
    answers = [503, 429]

    def refuse(route: Route) -> None:
        if answers:
            route.fulfill(status=answers.pop())
        else:
            route.continue_()

    page.route(COLLECTOR, refuse)
    walk(page, 0, 3)
    done(page)
    assert answers == []
    assert steps(server, visitor(server, visit.uid)) == [0, 1, 2]


def test_an_answer_that_is_lost_makes_no_second_event(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    done(page)
    lost = [True]

    def lose(route: Route) -> None:
        answer = route.fetch()
        if lost.pop() if lost else False:
            route.abort()
        else:
            route.fulfill(response=answer)

    page.route(COLLECTOR, lose)
    walk(page, 0, 3)
    done(page)
    assert lost == []
    assert steps(server, visitor(server, visit.uid)) == [0, 1, 2]


def test_a_page_without_storage_still_sends_all_its_events(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open("/blocked")
    with pytest.raises(Error, match="SecurityError"):
        page.evaluate("localStorage")
    uid = page.evaluate("web_event.getUid()")
    assert uid
    walk(page, 0, 3)
    page.evaluate("signIn('ed@example.com', 'Ed')")
    found = visitor_when(server, uid, 7)
    assert steps(server, found) == [0, 1, 2]
    assert found["user_id"] == page.evaluate("_cdpEventFunction.md5('ed@example.com')")
    assert profile(server, "user_id", found["user_id"])["id"] == found["id"]


def test_a_crashed_page_s_events_are_sent_by_the_next_one(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    done(page)
    unreachable(page)
    walk(page, 0, 3)
    page.wait_for_timeout(500)
    with pytest.raises(Error, match="crash"):
        page.goto("chrome://crash")
    done(visit.open("/later"))
    assert steps(server, visitor(server, visit.uid)) == [0, 1, 2]
