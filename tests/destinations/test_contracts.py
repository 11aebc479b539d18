"""Every kind makes the requests and draws the conclusions that its recorded contracts say."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.destinations.contract import CONTRACTS, OF_KINDS, Contract, Sent, mapped, send
from tests.destinations.items import NAMES, item

from passerby.destinations import registry
from passerby.destinations.kind import Kind, Payload, Skipped
from passerby.destinations.verdicts import Response, Verdict

EACH = pytest.mark.parametrize("name", CONTRACTS)
KINDS = pytest.mark.parametrize("kind", registry.ALL, ids=lambda kind: str(kind.name))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
STATUSES = st.sampled_from([200, 201, 202, 204, 207, 301, 400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 503])


def made(name: str) -> tuple[Kind, Contract, Sent]:
    kind, contract = registry.NAMED[name.partition("/")[0]], CONTRACTS[name]
    return kind, contract, send(kind, contract)


@EACH
def test_the_requests_are_those_of_the_contract(name: str) -> None:
    _, contract, sent = made(name)
    assert sent.skipped == contract.skipped
    assert len(sent.requests) == len(contract.requests)
    for (request, _), expected in zip(sent.requests, contract.requests, strict=True):
        assert msgspec.to_builtins(expected.of(request)) == msgspec.to_builtins(expected)


@EACH
def test_a_request_is_within_the_limits(name: str) -> None:
    kind, _, sent = made(name)
    limits = kind.limits(sent.config)
    for request, payloads in sent.requests:
        assert len(payloads) <= limits.max_items
        assert len(request.body) <= limits.max_bytes
        assert len({payload.route for payload in payloads}) == 1


@EACH
def test_each_answer_has_the_outcomes_of_the_contract(name: str) -> None:
    kind, contract, sent = made(name)
    for answer in contract.answers:
        _, payloads = sent.requests[answer.request]
        verdict = kind.judge(sent.config, answer.response(contract.now_ms), payloads)
        outcomes = zip(answer.outcomes, verdict.outcomes, strict=True)
        assert [expected.of(outcome) for expected, outcome in outcomes] == answer.outcomes, answer.about
        if answer.follow_up is None:
            assert verdict.follow_up is None
        else:
            assert verdict.follow_up is not None
            assert answer.follow_up.of(verdict.follow_up) == answer.follow_up


@EACH
def test_a_contract_names_its_source_and_its_date(name: str) -> None:
    contract = CONTRACTS[name]
    assert contract.about
    assert re.match(r"https://\S+$", contract.source)
    assert date.fromisoformat(contract.date) >= date(2026, 11, 1)


@KINDS
def test_a_kind_has_contracts_with_a_good_and_a_bad_answer(kind: Kind) -> None:
    results = {outcome.result for each in OF_KINDS[kind.name] for answer in each.answers for outcome in answer.outcomes}
    assert "delivered" in results
    assert len(results) > 1


def test_every_contract_is_of_a_kind() -> None:
    assert {name.partition("/")[0] for name in CONTRACTS} == set(registry.NAMED)


@KINDS
@given(data=st.data())
def test_any_answer_is_judged(kind: Kind, data: st.DataObject) -> None:
    sent = send(kind, OF_KINDS[kind.name][0])
    _, payloads = sent.requests[0]
    body = data.draw(JSON.map(msgspec.json.encode) | st.binary(max_size=20))
    verdict = kind.judge(sent.config, Response(data.draw(STATUSES), {}, body, 1), payloads)
    assert len(verdict.by_payload(len(payloads))) == len(payloads)


@KINDS
@given(data=st.data())
def test_recorded_answers_with_odd_values_are_judged(kind: Kind, data: st.DataObject) -> None:
    """Known members with values of any type: what a target changes first."""
    sent = send(kind, OF_KINDS[kind.name][0])
    _, payloads = sent.requests[0]
    answers = [answer for each in OF_KINDS[kind.name] for answer in each.answers if isinstance(answer.body, dict)]
    answer = data.draw(st.sampled_from(answers)) if answers else None
    body = {name: data.draw(JSON) for name in answer.body} if answer else {}
    status = answer.status if answer else 200
    verdict: Verdict = kind.judge(sent.config, Response(status, {}, msgspec.json.encode(body), 1), payloads)
    assert len(verdict.by_payload(len(payloads))) == len(payloads)


@KINDS
@given(data=st.data())
def test_whatever_a_map_makes_is_prepared(kind: Kind, data: st.DataObject) -> None:
    contract = OF_KINDS[kind.name][0]
    sent = send(kind, contract)
    envelope = item(data.draw(st.sampled_from([name for name in NAMES if item(name)["type"] in kind.types])))
    usual = mapped(kind, contract, envelope)
    odd: Any = {name: data.draw(JSON) for name in usual} if isinstance(usual, dict) else None
    document = data.draw(st.sampled_from([usual, odd]) | JSON)
    if document is None:
        return  # not mapped: the engine skips it
    prepared = kind.prepare(sent.config, envelope, document, contract.now_ms)
    if not isinstance(prepared, Skipped):
        payloads = [prepared] if isinstance(prepared, Payload) else prepared
        assert payloads
        first = [payload for payload in payloads if payload.route == payloads[0].route]
        request = kind.request(sent.config, first, contract.now_ms, "ev-1", lambda *_: "v1,x")
        assert isinstance(request.body, bytes)
