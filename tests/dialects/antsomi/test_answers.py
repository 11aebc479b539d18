"""The response formats of Antsomi's collector."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.antsomi.antsomi_calls import SOURCE, VIEW, get, post, refused
from tests.dialects.dialect_calls import answer

from passerby.dialects.antsomi.answers import accepted, redirect_to
from passerby.dialects.contract import Outcome

HOSTS = ("shop.example", "xn--bcher-kva.example")


def script(outcome: Outcome) -> Any:
    """What a script hands to the page's function."""
    text = outcome.reply.body.decode()
    assert outcome.reply.content_type == "text/javascript; charset=utf-8"
    assert text.startswith("_event_callback_data(")
    assert text.endswith(");")
    return msgspec.json.decode(text.removeprefix("_event_callback_data(").removesuffix(");"))


@pytest.mark.parametrize("asked", [{}, {"resp_type": ""}, {"resp_type": "javascript"}, {"resp_type": "xml"}])
def test_a_script_response_describes_its_event(asked: dict[str, str]) -> None:
    outcome = post(VIEW | {"aid": "d-1", "sid": "s-1"}, SOURCE | asked)
    assert outcome.reply.status == 200
    assert script(outcome) == {
        "status": True,
        "campaigns": [],
        "type": "event",
        "pv_id": outcome.messages[0].id,
        "au_id": "v-1",
        "aid": "d-1",
        "session_id": "s-1",
    }


def test_a_script_response_leaves_out_unknown_members() -> None:
    assert script(post({"ec": "a", "ea": "b", "extra": {"identify_id": "c-1"}}, SOURCE)).keys() == {
        "status",
        "campaigns",
        "type",
        "pv_id",
    }


def test_nothing_in_a_script_can_be_taken_for_something_else() -> None:
    body = post(VIEW | {"uid": "</script>\u2028\u2029"}, SOURCE).reply.body
    assert b"</script>" not in body
    assert "\u2028" not in body.decode()
    assert script(post(VIEW | {"uid": "</script>\u2028\u2029"}, SOURCE))["au_id"] == "</script>\u2028\u2029"


@pytest.mark.parametrize("asked", ["json", " JSON "])
def test_json_is_as_the_vendors_apps_look_for_it(asked: str) -> None:
    reply = post(VIEW, SOURCE | {"resp_type": asked}).reply
    assert (reply.status, reply.content_type, reply.headers) == (200, "application/json", ())
    assert msgspec.json.decode(reply.body) == {"status": True, "campaigns": []}


@pytest.mark.parametrize("send", [post, get])
def test_a_pixel_is_a_picture_that_no_cache_keeps(send: Any) -> None:
    reply = send(VIEW, SOURCE | {"resp_type": "pixel"}).reply
    assert (reply.status, reply.content_type) == (200, "image/gif")
    assert reply.body.startswith(b"GIF89a\x01\x00\x01\x00")
    assert reply.headers == (("Cache-Control", "no-store"),)


def test_a_redirect_leads_to_a_host_that_the_project_names() -> None:
    outcome = get(VIEW, SOURCE | {"resp_type": "redirect", "redirect_url": "https://SHOP.example:8443/a?b=c%20d#e"})
    assert outcome.reply.status == 302
    assert len(outcome.messages) == 1
    assert outcome.reply.headers == (
        ("Location", "https://SHOP.example:8443/a?b=c%20d#e"),
        ("Cache-Control", "no-store"),
    )


@pytest.mark.parametrize("url", [None, "", "https://evil.example/", "/relative", "https://shop.example.evil.example/"])
def test_a_redirect_to_anywhere_else_is_refused_and_nothing_kept(url: str | None) -> None:
    asked = SOURCE | {"resp_type": "redirect"} | ({} if url is None else {"redirect_url": url})
    assert "redirect_url" in refused(get(VIEW, asked))


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example@evil.example/",
        "https://user:password@shop.example/",
        "https://shop.example\\@evil.example/",
        "https:\\\\shop.example/",
        "https:///shop.example/",
        "https:shop.example",
        "//shop.example/",
        "javascript://shop.example/%0aalert(1)",
        "data://shop.example/,x",
        "ftp://shop.example/",
        "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shop.example/ x",
        "\thttps://shop.example/",
        "https://shop.example\u3002evil.example/",
        "https://shop.example./",
        "https://bücher.example/",
        "https://[::1",
        "https://sub.shop.example/",
        "shop.example",
    ],
)
def test_an_odd_address_leads_nowhere(url: str) -> None:
    assert redirect_to(url, HOSTS) is None


@pytest.mark.parametrize(
    "url, location",
    [
        ("http://shop.example", "http://shop.example"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://shop.example/bücher?q=é", "https://shop.example/b%C3%BCcher?q=%C3%A9"),
        ("HTTPS://shop.example/", "HTTPS://shop.example/"),
    ],
)
def test_an_address_is_written_as_a_header_can_hold_it(url: str, location: str) -> None:
    assert redirect_to(url, HOSTS) == location


@given(st.text() | st.text().map("https://shop.example/{}".format) | st.text().map("https://shop.example{}".format))
def test_any_redirect_is_one_line_of_ascii_to_a_listed_host(url: str) -> None:
    location = redirect_to(url, HOSTS)
    if location is not None:
        assert location.isascii()
        assert location.isprintable()
        assert " " not in location
        assert location.lower().startswith(("https://shop.example", "http://shop.example"))
        rest = location[len("https://shop.example") :]
        assert not rest or rest[0] in "/?#:"


@pytest.mark.parametrize("form", ["javascript", "json"])
def test_what_a_get_is_answered_no_cache_keeps(form: str) -> None:
    assert ("Cache-Control", "no-store") in accepted(form, "GET", {}).headers
    assert ("Cache-Control", "no-store") not in accepted(form, "POST", {}).headers


@pytest.mark.parametrize("form", ["redirect", "pixel", "json"])
def test_a_refusal_that_has_no_room_for_words_is_json(form: str) -> None:
    asked = SOURCE | {"resp_type": form, "redirect_url": "https://shop.example/"}
    assert refused(post({}, asked)) == "ec and ea are needed, or en."


def test_a_script_is_refused_as_a_script() -> None:
    outcome = post({}, SOURCE)
    assert outcome.reply.status == 400
    assert script(outcome) == {"status": False, "message": "ec and ea are needed, or en."}


def test_json_that_is_none_is_refused_in_the_form_that_was_asked_for() -> None:
    assert script(get(VIEW | {"extra": "{"}, SOURCE)) == {"status": False, "message": "extra must be JSON."}
    assert answer(get(VIEW | {"extra": "["})) == {"status": False, "message": "extra must be JSON."}
