"""One unreadable spot costs nothing but itself: in every dialect, alone and in a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.antsomi.antsomi_calls import COLLECTOR, JSON
from tests.dialects.customerlabs import customerlabs_calls as customerlabs
from tests.dialects.dialect_calls import (
    AUTH_TOKEN,
    AUTHORISED,
    BULK_EVENTS,
    BULK_USERS,
    EVENTS,
    IDENTIFY,
    PROJECT,
    RECEIVED_AT,
    TRACK,
    USERS,
    request,
    send_bytes,
)
from tests.dialects.segment import segment_calls as segment

from passerby.dialects.common.invalid import NAME_LIMIT, REJECTED_LIMIT, UNREADABLE_NUMBER, reject_unreadable
from passerby.dialects.contract import Outcome, Reply
from passerby.messages import Message, Rejected, Violation

WHO: Final = f'"id":"app-id","uid":"{customerlabs.UID}","sid":"s"'
APP: Final = WHO + ',"event_source":"app","added_at":"2026-03-12T05:45:15Z","identify_by":{},"external_ids":{}'
"""Members that CustomerLabs' calls need."""


REST: Final = {"x-xng-authtoken": AUTH_TOKEN, "x-xng-apiversion": "1"}
LEADS, EVENTS_OF_CROSSENGAGE = "/leads", "/events"


class Form(NamedTuple):
    """A call with room for attributes at `%s`; `batch`, if any, with room for items of that form."""

    path: str
    item: str
    headers: Mapping[str, str]
    holder: str
    batch_path: str = ""
    batch: str = ""


def _segment(type_: str, holder: str) -> Form:
    item = f'{{"type":"{type_}","userId":"u","event":"E","groupId":"g","previousId":"p","{holder}":{{%s}}}}'
    return Form(f"/v1/{type_}", item, segment.AUTHORISED, holder, "/v1/batch", '{"batch":[%s]}')


FORMS: Final = (
    Form(TRACK, '{"mobileId":"m","event":"E","properties":{%s}}', {}, "properties"),
    Form(IDENTIFY, '{"mobileId":"m","userId":"u","traits":{%s}}', {}, "traits"),
    Form(
        EVENTS,
        '{"userId":"u","eventName":"E","eventData":{%s}}',
        AUTHORISED,
        "properties",
        BULK_EVENTS,
        '{"events":[%s]}',
    ),
    Form(EVENTS_OF_CROSSENGAGE, '{"id":"u","events":[{"event":"E","properties":{%s}}]}', REST, "properties"),
    Form(LEADS, '{"updated":[{"email":"a@x.io","traits":{%s}}]}', REST, "traits"),
    Form(USERS, '{"userId":"u","attributes":{%s}}', AUTHORISED, "traits", BULK_USERS, '{"users":[%s]}'),
    _segment("identify", "traits"),
    *(_segment(type_, "properties") for type_ in ("track", "page", "screen")),
    Form(customerlabs.IDENTIFY, f'{{{APP},"traits":{{%s}}}}', customerlabs.AGENT, "traits"),
    Form(
        customerlabs.WEBHOOK,
        f'{{{APP},"event_name":"E","properties":{{%s}}}}',
        customerlabs.AGENT,
        "properties",
        customerlabs.WEBHOOK,
        "[%s]",
    ),
    Form(customerlabs.WEBHOOK, '{"event":"E","user_id":"u",%s}', {}, "properties", customerlabs.WEBHOOK, "[%s]"),
    Form(COLLECTOR, '{"uid":"v","en":"E","extra":{%s}}', {}, "properties", COLLECTOR, "[%s]"),
)
BATCHES: Final = tuple(form for form in FORMS if form.batch)
LENIENT: Final = tuple(form for form in BATCHES if form.headers is not AUTHORISED)
"""Those that take the good items where others are refused; WebEngage takes all records or none."""

BAD_NUMBERS: Final = ("1e400", "-1e400", "NaN", "Infinity", "-Infinity", "9" * 4_301, "1" * 400 + ".0")

halves = st.sampled_from([r"\ud83d", r"\uDFFF", r"a\uD83D\u0041", r"\udc00\ud83d", "b"])
strings = st.lists(halves, max_size=3).map(lambda parts: f'"{"".join(parts)}"')
numbers = st.sampled_from([*BAD_NUMBERS, "1", "1.5", "12345678901234567890123"])
texts = st.recursive(
    numbers | strings | st.sampled_from(["null", "true"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda some: f"[{','.join(some)}]"),
        st.lists(st.tuples(strings, inner), max_size=3).map(
            lambda some: ",".join(f'"{index}{name[1:]}:{value}' for index, (name, value) in enumerate(some)).join("{}")
        ),
    ),
    max_leaves=6,
)
"""JSON texts, with halves of surrogate pairs in names and values, and numbers that cannot be represented."""


def bad_numbers(text: str) -> int:
    """How many numbers of one of these texts cannot be represented."""
    pieces = text.replace("[", ",").replace("]", ",").replace("{", ",").replace("}", ",").replace(":", ",").split(",")
    return sum(piece in BAD_NUMBERS for piece in pieces)


def taken(outcome: Outcome) -> list[Message]:
    """The messages of a call that is taken, as they are read from the log."""
    assert 200 <= outcome.reply.status < 300, outcome.reply
    for message in outcome.messages:
        assert (message.project, message.received_at) == (PROJECT, RECEIVED_AT)
    return [msgspec.json.decode(msgspec.json.encode(message), type=Message) for message in outcome.messages]


def attributes(form: Form, message: Message) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(message, form.holder)
    return found


def rejected(form: Form, message: Message) -> tuple[Rejected, ...]:
    return message.rejected if form.holder == "properties" else message.rejected_traits


@given(st.sampled_from(FORMS), texts)
def test_an_unreadable_value_in_a_call_costs_only_itself(form: Form, text: str) -> None:
    (message,) = taken(send_bytes(form.path, (form.item % f'"p":{text},"ok":1').encode(), form.headers))
    assert attributes(form, message)["ok"] == 1
    assert len(rejected(form, message)) == bad_numbers(text)
    counted = [violation for violation in message.violations if violation.kind == UNREADABLE_NUMBER]
    assert len(counted) == bad_numbers(text)
    assert all(violation.subject == message.name for violation in counted)


@given(st.sampled_from(BATCHES), st.lists(texts, min_size=1, max_size=5))
def test_unreadable_values_in_a_batch_cost_no_item(form: Form, texts: list[str]) -> None:
    items = [form.item % f'"p":{text},"ok":{index}' for index, text in enumerate(texts)]
    messages = taken(send_bytes(form.batch_path, (form.batch % ",".join(items)).encode(), form.headers))
    assert [attributes(form, message)["ok"] for message in messages] == list(range(len(texts)))
    assert [len(rejected(form, message)) for message in messages] == list(map(bad_numbers, texts))


DEEP: Final = {depth: f'"p":{"[" * depth}{"]" * depth},"ok":-1' for depth in (64, 500, 3_000)}
RICH: Final = ",".join(f'"p{number}":0' for number in range(1_001))


@given(st.sampled_from(LENIENT), st.lists(st.none() | texts, min_size=1, max_size=5), st.sampled_from([*DEEP, 0]))
def test_items_beyond_a_limit_cost_no_other_item(form: Form, found: list[str | None], depth: int) -> None:
    bad = form.item % DEEP.get(depth, RICH)
    items = [bad if text is None else form.item % f'"p":{text},"ok":{index}' for index, text in enumerate(found)]
    outcome = send_bytes(form.batch_path, (form.batch % ",".join(items)).encode(), form.headers)
    if outcome.reply.status == 400:
        assert (set(found), outcome.messages) == ({None}, [])
        return
    for index, (text, message) in enumerate(zip(found, taken(outcome), strict=True)):
        if text is None:
            assert (message.kind, message.properties) == ("invalid", {"body": bad})
            assert message.violations == (Violation("record_too_deep" if depth else "record_too_many_attributes"),)
        else:
            assert attributes(form, message)["ok"] == index


@pytest.mark.parametrize("path, holder", [(BULK_EVENTS, "events"), (BULK_USERS, "users")])
@pytest.mark.parametrize("bad, said", [(DEEP[3_000], "nested"), (RICH, "1,000 attributes")])
def test_webengage_names_the_record_that_breaks_a_limit_and_keeps_none(
    path: str, holder: str, bad: str, said: str
) -> None:
    body = f'{{"{holder}":[{{"userId":"u","eventName":"E"}},{{"userId":"u","eventName":"E","attributes":{{{bad}}}}}]}}'
    outcome = send_bytes(path, body.encode())
    assert (outcome.reply.status, outcome.messages) == (400, [])
    message = msgspec.json.decode(outcome.reply.body)["response"]["message"]
    assert f"{holder}[1]: " in message
    assert said in message


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", BAD_NUMBERS)
def test_an_attribute_that_is_no_number_is_rejected_by_its_name(form: Form, number: str) -> None:
    (message,) = taken(send_bytes(form.path, (form.item % f'"price":{number},"ok":1').encode(), form.headers))
    assert "price" not in attributes(form, message)
    assert rejected(form, message) == (Rejected("price", number[:1_000], UNREADABLE_NUMBER),)


def test_an_unreadable_number_within_an_attribute_becomes_null_and_is_reported_with_its_path() -> None:
    body = b'{"mobileId":"m","event":"E","properties":{"items":[{"n":1},{"n":[NaN,2]}]}}'
    (message,) = taken(send_bytes(TRACK, body))
    assert message.properties == {"items": [{"n": 1}, {"n": [None, 2]}]}
    assert message.rejected == (Rejected("items[1].n[0]", "NaN", UNREADABLE_NUMBER),)
    assert message.violations == (Violation(UNREADABLE_NUMBER, "E", "items[1].n[0]", "NaN"),)


def test_a_number_in_the_context_is_named_by_its_place() -> None:
    body = b'{"userId":"u","event":"E","context":{"screen":{"density":NaN},"page":Infinity}}'
    (message,) = taken(send_bytes("/v1/track", body, segment.AUTHORISED))
    assert message.context == {"screen": {"density": None}}
    assert [each.name for each in message.rejected] == ["context.screen.density", "context.page"]


def test_numbers_without_end_are_counted_beyond_a_number_of_them() -> None:
    body = b'{"mobileId":"m","event":"E","properties":{"%s":[%s]}}' % (b"n" * 1_000, b",".join([b"NaN"] * 1_000))
    (message,) = taken(send_bytes(TRACK, body))
    assert len(message.rejected) == REJECTED_LIMIT
    assert all(len(each.name) == NAME_LIMIT for each in message.rejected)
    assert message.violations[-1] == Violation(UNREADABLE_NUMBER, "E", "", "900 more")


@pytest.mark.parametrize("number", ["NaN", "1e400"])
def test_an_invalid_message_keeps_the_text_of_the_number(number: str) -> None:
    (message,) = taken(send_bytes("/v1/track", b'{"userId":%s}' % number.encode(), segment.AUTHORISED))
    assert (message.kind, message.properties) == ("invalid", {"body": {"userId": number}})


@pytest.mark.parametrize(
    "path, body",
    [
        (TRACK, '{"mobileId":%s,"event":"E"}'),
        (EVENTS, '{"userId":%s,"eventName":"E"}'),
        (BULK_EVENTS, '{"events":[{"userId":%s,"eventName":"E"}]}'),
        (COLLECTOR, '{"uid":%s,"en":"E"}'),
        (customerlabs.WEBHOOK, '{"event":"E","user_id":%s}'),
    ],
)
def test_an_unreadable_number_is_not_an_identifier(path: str, body: str) -> None:
    assert send_bytes(path, (body % "1e400").encode()).reply.status == 400
    (message,) = taken(send_bytes(path, (body % r'"a\ud83d"').encode()))
    assert message.identifiers[0].value == "a�"
    (message,) = taken(send_bytes(path, (body % "123456789012345678901234567890").encode()))
    assert message.identifiers[0].value == "123456789012345678901234567890"


def test_json_in_a_query_is_read_alike() -> None:
    query = urlencode({**JSON, "uid": "v", "en": "E", "extra": r'{"a":"\ud83d","b":NaN}', "items": "[1e400]"})
    (message,) = taken(send_bytes(f"/event?{query}", b"", {}, "GET"))
    assert message.properties == {"a": "�", "items": [None]}
    assert message.rejected == (
        Rejected("b", "NaN", UNREADABLE_NUMBER),
        Rejected("items[0]", "1e400", UNREADABLE_NUMBER),
    )


@pytest.mark.parametrize("path", ["/v1/pixel/track", "/pixel/v1/track"])
def test_json_in_a_pixel_and_in_a_form_is_read_alike(path: str) -> None:
    form = urlencode({"writeKey": "write-key", "data": r'{"userId":"u","event":"\ud83d","properties":{"b":NaN}}'})
    by_pixel = taken(send_bytes(f"{path}?{form}", b"", {}, "GET"))
    headers = {"content-type": "application/x-www-form-urlencoded", **segment.AUTHORISED}
    by_form = taken(send_bytes("/v1/track", form.encode(), headers))
    for message in (*by_pixel, *by_form):
        assert message.name == "\ufffd"
        assert message.rejected == (Rejected("b", "NaN", UNREADABLE_NUMBER),)


def test_an_outcome_of_readable_values_is_left_as_it_is() -> None:
    sent, outcome = request("/", b""), Outcome(Reply(200), [])
    assert reject_unreadable(sent, outcome) is outcome
