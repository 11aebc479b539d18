"""The SDK's functions for pages, and that it never breaks the page."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.browser.conftest import Visits
from tests.browser.visitors import counted, done, events, names, visitor
from tests.server_process import Server

from passerby.sdk.files import VERSION


def stored(page: Any) -> int:
    """How many things this page has stored, cookies included."""
    count: int = page.evaluate("localStorage.length + (document.cookie ? document.cookie.split(';').length : 0)")
    return count


def test_the_vendor_s_names_are_all_there(visits: Visits) -> None:
    page = visits().open()
    assert page.evaluate("web_event.version") == VERSION
    for text in ("", "ann@example.com", "Ế 😀"):
        digest = page.evaluate("(text) => _cdpEventFunction.md5(text)", text)
        assert digest == hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    here = page.evaluate("[_cdpEventFunction._cdpGetLeadTime(), new Date().getTimezoneOffset()]")
    assert here[0][4] == "-"
    assert len(here[0]) == len("2026-01-02 03:04:05")


def test_a_time_is_the_browser_s_own(visits: Visits) -> None:
    page = visits(timezone_id="Asia/Ho_Chi_Minh").open()
    said, shown = page.evaluate("[_cdpEventFunction._cdpGetLeadTime(), new Date().toLocaleString('sv-SE')]")
    assert said[:16] == shown[:16]


def test_calls_in_every_form_become_events_in_their_order(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open(settings={"default_event": 0, "track": [["form", "config"]]})
    page.evaluate(
        """() => {
          web_event("form", "bare", {});
          web_event("track", "form", "named", {});
          web_event.track("form", "method");
          web_event.queue.push(["track", "form", "pushed", { extra: { a: 1 } }]);
          web_event.queue.push(["form", "short"], () => web_event("form", "function"));
          web_event.trackEventWithUri(
            "https://a.example/stream_event?uid=1&ec=form&ea=uri&extra=%7B%22b%22%3A2%7D", "/elsewhere", "_self",
            { trackingOnly: true });
        }"""
    )
    done(page)
    found = visitor(server, visit.uid)
    forms = [name for name in names(server, found) if name.startswith("form/")]
    assert forms == [
        f"form/{form}" for form in ("config", "bare", "named", "method", "pushed", "short", "function", "uri")
    ]
    assert "pageview/view" not in names(server, found)
    assert events(server, found)[-1]["properties"] == {"b": 2}
    assert page.url.split("#")[0].endswith("/")


def test_a_tracked_link_is_followed(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    page.evaluate("web_event.trackEventWithUri('ec=link&ea=followed', '/elsewhere')")
    page.wait_for_url("**/elsewhere")
    page.wait_for_function("() => window.web_event.version")
    done(page)
    assert "link/followed" in names(server, visitor(server, visit.uid))


def test_what_the_page_says_of_itself_is_on_its_events(server: Server, visits: Visits) -> None:
    visit = visits(locale="vi-VN")
    said = {
        "page": {"page_type": "product", "page_category": "shoes"},
        "items": {"type": "product", "id": "p1", "name": "Shoe"},
        "extra": {"brand": "A"},
        "dims": {"users": {"origin_source": "shop"}},
    }
    page = visit.open(settings=said)
    page.evaluate("web_event.track('product', 'view', { extra: { brand: 'B' }, uid: 'forged', et: null })")
    done(page)
    found = visitor(server, visit.uid)
    assert found["traits"] == {"origin_source": "shop"}
    _, view, _, product = events(server, found)
    assert view["properties"] == {
        "brand": "A",
        "page_type": "product",
        "page_category": "shoes",
        "items": [{"type": "product", "id": "p1", "name": "Shoe"}],
    }
    assert product["properties"] == {"brand": "B"}
    assert product["context"]["locale"] == "vi-VN"
    assert product["context"]["sdk"] == {"name": "web_event", "version": VERSION}
    assert product["context"]["screen"]["width"] > 0


def test_an_application_that_changes_its_address_has_page_views(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open("/a")
    page.evaluate("history.pushState({}, '', '/b'); document.title = 'B'")
    page.wait_for_timeout(50)
    page.evaluate("history.pushState({}, '', '/b#part'); history.replaceState({}, '', '/b')")
    page.go_back()
    page.go_back()
    page.wait_for_timeout(50)
    done(page)
    found = visitor(server, visit.uid)
    views = [event["context"]["page"] for event in events(server, found) if event["name"] == "pageview/view"]
    assert [view["path"] for view in views] == ["/a", "/b", "/a"]
    assert views[1]["title"] == "B"
    assert views[1]["referrer"].endswith("/a")


def test_every_change_of_route_is_one_page_view(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open("/a")
    page.evaluate("history.replaceState({}, '', '/a?page=2')")  # the same page, which keeps its state in the query
    page.evaluate("history.pushState({}, '', '/b'); history.replaceState({}, '', '/b/list')")
    page.evaluate("history.replaceState({}, '', '/c'); history.replaceState({}, '', '/c')")
    page.evaluate("history.pushState({}, '', '/c?tab=2')")
    page.evaluate("location.hash = 'part'")  # a place within the page
    page.evaluate("location.hash = '#/route'")
    page.wait_for_timeout(50)
    page.evaluate("location.hash = '#!/other'; document.title = 'Other'")
    page.wait_for_timeout(50)
    page.go_back()
    page.wait_for_timeout(50)
    done(page)
    found = visitor(server, visit.uid)
    views = [event["context"]["page"] for event in events(server, found) if event["name"] == "pageview/view"]
    shop = visit.shop
    assert [view["url"].removeprefix(shop) for view in views] == [
        *("/a", "/b", "/b/list", "/c", "/c?tab=2"),
        *("/c?tab=2#/route", "/c?tab=2#!/other", "/c?tab=2#/route"),
    ]
    assert [view["referrer"].removeprefix(shop) for view in views[1:]] == [
        *("/a?page=2", "/b", "/b/list", "/c"),
        *("/c?tab=2", "/c?tab=2#/route", "/c?tab=2#!/other"),
    ]
    assert views[6]["title"] == "Other"


def test_an_event_that_waits_for_consent_keeps_the_page_it_happened_on(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open("/a", settings={"consent": "required"})
    page.evaluate("view('p1'); history.pushState({}, '', '/b')")
    page.wait_for_timeout(50)
    page.evaluate("web_event.consent(true)")
    done(page)
    found = events(server, visitor(server, visit.uid))
    pages = [(event["name"], event["context"]["page"]["path"]) for event in found if event["name"] != "session/start"]
    assert pages == [("pageview/view", "/a"), ("page/opened", "/a"), ("product/view", "/a"), ("pageview/view", "/b")]


def test_a_customer_is_identified_in_one_line(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    page.evaluate("for (const nothing of [undefined, null, '', NaN, {}, true]) web_event.identify(nothing, { a: 1 })")
    page.evaluate("web_event.identify(4711, { name: 'Ann', customer_id: 'forged' })")
    done(page)
    found = visitor(server, visit.uid)
    assert found["user_id"] == "4711"
    assert found["traits"] == {"name": "Ann"}
    assert names(server, found).count("user/identify") == 1
    (identify,) = [event for event in events(server, found) if event["name"] == "user/identify"]
    assert identify["properties"]["identify_type"] == "exact"


def test_text_cut_inside_an_emoji_arrives(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    page.evaluate("web_event.track('note', 'left', { extra: { text: 'ok \\ud83d', 'key \\ude00': 'a 😀' } })")
    page.evaluate("document.title = 'x'.repeat(299) + '😀'; view('p1')")
    done(page)
    note, view = events(server, visitor(server, visit.uid))[-2:]
    assert note["properties"] == {"text": "ok \ufffd", "key \ufffd": "a 😀"}
    assert view["context"]["page"]["title"] == "x" * 299 + "\ufffd"


def test_an_event_that_the_server_rejects_is_counted_and_takes_no_other_with_it(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    done(page)
    warnings = list[str]()
    page.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)
    page.evaluate(
        """() => {
          view("before");
          for (const id of ["one", "two"]) {
            const customers = { customer_id: id };
            web_event.track("bad", "identity", { dims: { customers }, extra: { identify_id: "other" } });
          }
          view("after");
        }"""
    )
    done(page)
    assert page.evaluate("web_event.rejected()") == 2
    assert warnings == ["passerby: an event was rejected"]
    found = visitor(server, visit.uid)
    viewed = [
        event["properties"]["items"][0]["id"] for event in events(server, found) if event["name"] == "product/view"
    ]
    assert viewed == ["before", "after"]


def test_nothing_is_stored_or_sent_before_consent(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open(settings={"consent": "required"})
    page.evaluate("view('early')")
    page.wait_for_timeout(600)
    assert stored(page) == 0
    assert page.evaluate("web_event.getUid()") == ""
    page.evaluate("web_event.consent(true)")
    done(page)
    found = visitor(server, visit.uid)
    assert names(server, found) == ["session/start", "pageview/view", "page/opened", "product/view"]

    page.evaluate("web_event.consent(false)")
    page.evaluate("view('late')")
    assert "_asm_uid" not in visit.cookies()
    assert "_asm_aid" not in visit.cookies()
    visit.open("/next", page=page)
    page.evaluate("view('later')")
    page.wait_for_timeout(600)
    assert visitor(server, found["identifiers"][0]["value"])["event_count"] == 4
    assert "_asm_uid" not in visit.cookies()


def test_a_site_may_heed_that_a_person_does_not_want_to_be_tracked(server: Server, visits: Visits) -> None:
    visit = visits()
    visit.context.add_init_script("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { value: true })")
    page = visit.open(settings={"respect_do_not_track": True})
    page.evaluate("view('p1')")
    page.wait_for_timeout(600)
    assert stored(page) == 0
    heedless = visit.open()
    done(heedless)
    assert "pageview/view" in names(server, visitor(server, visit.uid))


def test_the_script_may_be_loaded_twice(server: Server, visits: Visits, collector: str) -> None:
    visit = visits()
    page = visit.open()
    page.add_script_tag(url=f"{collector}/sdk/web_event.js")
    page.evaluate("view('p1')")
    done(page)
    once = {"session/start", "pageview/view", "page/opened", "product/view"}
    assert counted(server, visitor(server, visit.uid)) == dict.fromkeys(once, 1)


def test_ids_that_come_late_are_waited_for(server: Server, visits: Visits) -> None:
    visit = visits()
    visit.context.add_init_script(
        """for (const name of ["_portalId", "_propId"]) {
          let value;
          Object.defineProperty(window, name, { get: () => window.late && value, set: (given) => { value = given; } });
        }"""
    )
    page = visit.open()
    page.evaluate("view('p1')")
    page.evaluate("window.late = true")
    page.evaluate("view('p2')")
    done(page)
    assert counted(server, visitor(server, visit.uid))["product/view"] == 2


def test_a_page_sees_no_error_for_any_arguments(server: Server, visits: Visits) -> None:
    visit = visits()
    page = visit.open()
    page.evaluate(
        """() => {
          const circle = {};
          circle.circle = circle;
          const throwing = { get bad() { throw new Error("no"); } };
          const odd = [undefined, null, 0, "", "text", [], () => 1, circle, throwing];
          odd.push(document.body, window, 1n, Symbol("x"));
          for (const value of odd) {
            web_event.track("odd", "data", value);
            web_event.track("odd", "extra", { extra: value, dims: value, items: value, context: value });
            web_event.track(value, value, value);
            web_event.queue.push(value);
            web_event(value);
            web_event.trackEventWithUri(value);
            web_event.consent(value === "");
            web_event.consent(true);
            _cdpEventFunction.md5(value);
          }
          web_event("constructor", "call", {});
          web_event("__proto__", "call", {});
        }"""
    )
    done(page)
    page.evaluate("view('fine')")
    done(page)
    assert "product/view" in names(server, visitor(server, visit.uid))


def test_a_page_that_breaks_the_browser_s_own_functions_breaks_nothing_else(visits: Visits) -> None:
    visit = visits()
    visit.context.add_init_script(
        """window.fetch = () => { throw new Error("no fetch"); };
        navigator.sendBeacon = () => { throw new Error("no beacon"); };
        Storage.prototype.setItem = () => { throw new Error("no storage"); };
        history.pushState = undefined;
        window.crypto.getRandomValues = () => { throw new Error("no chance"); };"""
    )
    page = visit.open()
    page.evaluate("view('p1'); web_event.resetAnonymousUId(); window.dispatchEvent(new Event('pagehide'))")
    page.wait_for_timeout(1_000)
    assert page.evaluate("typeof web_event.track") == "function"
