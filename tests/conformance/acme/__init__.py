"""A made-up sixth vendor: one call that takes one event, with its key in a header; every optional part is there.

A test adds this folder to a copy of the package, and a word to the registry's list.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from passerby.commerce.vocabulary import COMMON_ITEM, Vocabulary
from passerby.dialects.common.answers import ANSWERS, text
from passerby.dialects.common.body import read_body
from passerby.dialects.common.keys import hexadecimal, word
from passerby.dialects.contract import Call, Credentials, Fault, Outcome, Reply, Request, RequestFault
from passerby.dialects.demo import LATE_MS, Demo, Person, Step
from passerby.dialects.dialect import HOUR_MS, Dialect, FoundKey, OpenApi, RequestParts
from passerby.dialects.samples import (
    CUSTOMER,
    TEST_EVENT,
    TESTER,
    Example,
    Keys,
    Platform,
    SampleCall,
    Samples,
    Snippet,
)
from passerby.messages import Identifier, Message

NAME: Final = "acme"
PATH: Final = "/acme/v2/events"
KEY_KIND: Final = "acme.site_key"
KEY_HEADER: Final = "x-acme-key"


def fault(what: Fault, detail: str) -> Reply:
    headers = (("Allow", "POST"),) if what is Fault.METHOD_NOT_ALLOWED else ()
    body = {"failure": {"reason": what.value, "text": text(what, detail)}}
    return Reply(ANSWERS[what].status, msgspec.json.encode(body), headers=headers)


def handle(request: Request, _parameters: Mapping[str, str], credentials: Credentials) -> Outcome:
    project = credentials.project(KEY_KIND, request.headers.get(KEY_HEADER, ""))
    if project is None:
        raise RequestFault(Fault.UNKNOWN_KEY)
    body = read_body(request)
    person = body.get("person") if isinstance(body, dict) else None
    name = body.get("what") if isinstance(body, dict) else None
    if not isinstance(person, str) or not person or not isinstance(name, str) or not name:
        return Outcome(Reply(400, b'{"failure":{"reason":"fields","text":"person and what must be texts."}}'))
    message = Message(
        project=project,
        id=request.new_id(),
        dialect=NAME,
        kind="track",
        identifiers=(Identifier("user_id", person),),
        time=request.received_at,
        received_at=request.received_at,
        name=name,
    )
    return Outcome(Reply(202), [message])


CALL: Final = Call(
    dialect=NAME,
    name="events",
    methods=frozenset({"POST"}),
    body_limit=1 << 16,
    parameters={},
    handle=handle,
    fault=fault,
)


def match(path: str) -> Call | None:
    return CALL if path == PATH else None


def find_keys(request: RequestParts) -> Iterator[FoundKey]:
    yield FoundKey(KEY_KIND, request.headers.get(KEY_HEADER, ""))


def event(person: str, what: str, keys: Keys) -> SampleCall:
    return SampleCall(PATH, {"person": person, "what": what}, (("X-Acme-Key", keys[KEY_KIND]),))


def visits(person: Person, start: int, rng: random.Random) -> Iterator[Step]:
    yield Step(start + rng.randrange(LATE_MS), person.household, f"{NAME}.events", {"person": person.user_id})


SCRIPT: Final = Snippet(
    "Acme script",
    (KEY_KIND,),
    lambda url, keys: f'<script src="{url}/acme.js" data-key="{keys[KEY_KIND]}"></script>',
    "acme-script",
)

DIALECT: Final = Dialect(
    name=NAME,
    title="Acme Events",
    about="Events from sites that Acme made.",
    keys_title="Site settings",
    guide="how-to/sdk",
    match=match,
    key_kinds=(word(KEY_KIND, "Site key", hexadecimal(24)),),
    find_keys=find_keys,
    openapi=OpenApi(
        {
            PATH: {
                "post": {
                    "operationId": "acme_events",
                    "tags": ["Acme"],
                    "summary": "Record an event",
                    "description": "Takes one event.",
                    "parameters": [],
                    "security": [{"acme": []}],
                    "responses": {"202": {"description": "Taken."}},
                }
            }
        },
        {"acme": {"type": "apiKey", "in": "header", "name": "X-Acme-Key"}},
        {"acme": KEY_KIND},
    ),
    samples=Samples(
        (KEY_KIND,),
        lambda keys: event(TESTER, TEST_EVENT, keys),
        lambda keys: (Example("the same customer on a site of Acme's", event(CUSTOMER, "Bought", keys)),),
    ),
    demo=Demo((KEY_KIND,), lambda step, keys: event(step.body["person"], "Bought", keys), visits=visits),
    snippets=(SCRIPT,),
    platforms=(Platform("kiosk", "Kiosk", "Screens in shops.", 70, "how-to/sdk", (SCRIPT,)),),
    vocabulary=Vocabulary(source="Acme, Events", events={"purchased": ("Bought",)}, item=COMMON_ITEM),
    error_members=frozenset({"text"}),
    deduplication_window_ms=2 * HOUR_MS,
)
