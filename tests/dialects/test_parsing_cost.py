"""Length is checked before parsing: hostile text costs what any text of its length does."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
import phonenumbers
import pytest
from tests.dialects.antsomi.antsomi_calls import COLLECTOR, SOURCE
from tests.dialects.customerlabs import customerlabs_calls as customerlabs
from tests.dialects.dialect_calls import AUTHORISED, BULK_EVENTS, BULK_USERS, EVENTS, IDENTIFY, TRACK, USERS, send_bytes
from tests.dialects.segment import segment_calls as segment

from passerby.dialects.antsomi.answers import redirect_to
from passerby.dialects.common import times
from passerby.dialects.common.context import campaign_of
from passerby.dialects.common.values import read_id
from passerby.dialects.contract import RequestFault
from passerby.dialects.segment.forms import read_form
from passerby.identity.cleaning import clean, collect_evidence
from passerby.identity.namespaces import DEFAULT_POLICY, MAX_VALUE_LENGTH, Policy
from passerby.messages import Identifier
from passerby.profiles.contacts import search_prefixes, terms_of

LARGEST: Final = 1 << 20
"""Characters of the hostile texts: a single call takes no more bytes."""

HOSTILE: Final = {
    "marks": "a" + "\u0301\u0316" * (LARGEST // 2),
    "digits": "9" * LARGEST,
    "plus": "+" * LARGEST,
    "spaces": " " * LARGEST + "a",
    "zeros": "0-" * (LARGEST // 2) + "1",
    "address": "@" * LARGEST,
    "punctuation": "(-. " * (LARGEST // 4),
    "address of a page": "https://" + "\u0301" * LARGEST,
    "brackets": "[" * LARGEST,
}

FIELDS: Final = (
    *("mobileId", "userId", "anonymousId", "previousId", "groupId", "messageId", "email", "businessUnit", "phone"),
    *("id", "uid", "sid", "aid", "cid", "user_id", "identify_by_email", "identify_by_phone", "customerlabs_user_id"),
    *("event", "eventName", "event_name", "event_source", "en", "ec", "ea", "name", "category", "channel", "type"),
    *("timestamp", "originalTimestamp", "sentAt", "eventTime", "added_at", "et", "identify_id", "identify_email"),
    *("identify_phone", "identify_type", "request_id", "is_s2s", "userAgent", "ip", "sessionId", "advertisingId"),
    *("limitAdTracking", "extInfoVersion", "utm_source", "gclid", "aaid", "idfa", "session_id", "reset_uid", "price"),
)
"""Every field that some call reads."""
HOLDERS: Final = (
    *("traits", "properties", "context", "device", "library", "identify_by", "external_ids", "additional_info"),
    *("utm_params", "eventData", "attributes", "extra", "dims", "customers", "users", "os", "campaign"),
)
PATHS: Final = (
    *(TRACK, IDENTIFY, EVENTS, USERS, BULK_EVENTS, BULK_USERS, COLLECTOR),
    *(customerlabs.EXTERNAL_IDS, customerlabs.IDENTIFY, customerlabs.WEBHOOK),
    *segment.PATHS,
)
GOOD: Final = {
    **dict.fromkeys(("mobileId", "userId", "anonymousId", "uid", "sid", "event", "eventName", "event_name", "en"), "x"),
    "id": "app-id",
    "event_source": "x",
    "added_at": "2026-03-12T05:45:15Z",
    "identify_by": {},
    "traits": {},
    "external_ids": {},
    "additional_info": {},
    "properties": {},
    "groupId": "g",
    "previousId": "p",
    "type": "track",
}


@pytest.fixture(autouse=True)
def longest(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """The longest text that was normalised or read as a phone number."""
    lengths = [0]
    normalize, parse = unicodedata.normalize, phonenumbers.parse

    def normalize_noted(form: Any, text: str) -> str:
        lengths.append(len(text))
        return normalize(form, text)

    def parse_noted(text: str, *more: Any) -> Any:
        lengths.append(len(text))
        return parse(text, *more)

    monkeypatch.setattr(unicodedata, "normalize", normalize_noted)
    monkeypatch.setattr(phonenumbers, "parse", parse_noted)
    yield lambda: max(lengths)
    assert max(lengths) <= MAX_VALUE_LENGTH


def steps(work: Callable[[], object]) -> int:
    """How many functions are called, of Python's and of C's, while this runs."""
    count = [0]

    def called(_frame: Any, event: str, _argument: Any) -> None:
        count[0] += event in {"call", "c_call"}

    sys.setprofile(called)
    try:
        with suppress(RequestFault):
            work()
    finally:
        sys.setprofile(None)
    return count[0]


def body_with(field: str, text: str) -> dict[str, Any]:
    """A good body of any call with this text in a field, wherever that field may stand."""
    body: dict[str, Any] = GOOD | {field: text}
    for holder in HOLDERS:
        body[holder] = {field: text, "type": "ios"}
    body["context"] |= {holder: {field: text} for holder in ("device", "library", "os", "campaign")}
    body["dims"] = {holder: {field: text} for holder in ("customers", "users")}
    return body


def wrapped(path: str, body: dict[str, Any]) -> Any:
    holder = {BULK_EVENTS: "events", BULK_USERS: "users", "/v1/batch": "batch", "/v1/b": "batch"}.get(path)
    return {holder: [body]} if holder else body


def calls(path: str, body: Any) -> Callable[[], object]:
    """Sends a call, and processes its outcome as the worker does."""
    sent = msgspec.json.encode(wrapped(path, body))
    headers = (segment.AUTHORISED if path in segment.PATHS else AUTHORISED) | customerlabs.AGENT

    def call() -> None:
        for message in send_bytes(path, sent, headers).messages:
            collect_evidence(message.identifiers, DEFAULT_POLICY)
            terms_of(message.traits)

    return call


MANY: Final = 500
"""Steps by which a call with a long text may differ from one with a short text."""


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", ["marks", "zeros"])
def test_a_call_takes_no_more_steps_for_a_long_text_than_for_a_short_one(path: str, kind: str) -> None:
    long = HOSTILE[kind][: 30_000 if path in segment.PATHS else 100_000]
    for field in FIELDS:
        short = steps(calls(path, body_with(field, "a-1")))
        assert steps(calls(path, body_with(field, long))) < short + MANY, field


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_cleaning_takes_few_steps(text: str) -> None:
    policy = Policy(phone_country="DE")
    for namespace in policy.classes:
        one = Identifier(namespace, text)
        assert steps(partial(clean, namespace, text, policy)) < MANY
        assert steps(partial(collect_evidence, [one], policy)) < MANY
        assert steps(partial(collect_evidence, [one, one], policy)) < MANY


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "read",
    [
        *(read_id, search_prefixes, redirect_to),
        *(getattr(times, name) for name in dir(times) if name.startswith("read_")),
    ],
)
def test_a_parser_takes_few_steps(text: str, read: Callable[..., object]) -> None:
    more: dict[str, Any] = {"redirect_to": (), "read_local": UTC}
    given = [more[read.__name__]] if read.__name__ in more else []
    assert steps(lambda: read(text, *given)) < MANY


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_campaign_and_terms_take_few_steps(text: str) -> None:
    assert steps(lambda: campaign_of({"utm_source": text, text: text})) < MANY
    assert steps(lambda: terms_of({"email": text, "phone": text, "name": text, text: text})) < MANY


HEADERS: Final = ("authorization", "user-agent", "cl-user-agent", "x-request-id", "host", "x-forwarded-proto")


@pytest.mark.parametrize("path", [*PATHS, segment.SETTINGS])
@pytest.mark.parametrize("text", ["Basic ", "Bearer ", "Mozilla/", ","])
def test_headers_take_few_steps(path: str, text: str) -> None:
    body = msgspec.json.encode(wrapped(path, GOOD))
    for name in HEADERS:
        header = {**AUTHORISED, **customerlabs.AGENT, name: text + "a" * 60_000}
        assert steps(lambda header=header: send_bytes(path, body, header)) < MANY  # type: ignore[misc]


@pytest.mark.parametrize("text", ["%CC%81" * 10_000, "a" * 60_000, "%5B" * 20_000])
def test_a_query_takes_no_more_steps_than_it_has_characters(text: str) -> None:
    query = urlencode({**SOURCE, "resp_type": "redirect"})
    for field in ("redirect_url", "uid", "en", "request_id", "et"):
        assert steps(lambda field=field: send_bytes(f"/event?{query}&{field}={text}", b"", {}, "GET")) < len(text)  # type: ignore[misc]
        assert steps(lambda field=field: read_form(f"{field}={text}")) < len(text)  # type: ignore[misc]
