"""Contracts with targets: reads them, and does with a kind what the engine does (`contracts/README.md`)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import msgspec
from tests.destinations.items import item

from passerby.destinations import registry
from passerby.destinations.configuration import configure
from passerby.destinations.envelope import Envelope, request_id
from passerby.destinations.kind import Kind, Payload, Skipped
from passerby.destinations.mapping import compile_template
from passerby.destinations.records import Batch
from passerby.destinations.signatures import signer
from passerby.destinations.verdicts import Outcome, Request, Response
from passerby.dialects.common.times import read_iso_or_epoch

FOLDER: Final = Path(__file__).parent / "contracts"
SIGNING: Final = f"whsec_{b64encode(bytes(range(32))).decode()}"


class ExpectedRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A request; `body` is its JSON, `text` its exact text."""

    method: str = "POST"
    url: str
    headers: dict[str, str]
    body: Any = msgspec.UNSET
    text: str | None = None

    def of(self, request: Request) -> ExpectedRequest:
        """The request in the form of this contract, so that a difference shows both."""
        return ExpectedRequest(
            method=request.method,
            url=request.url,
            headers=dict(request.headers),
            body=msgspec.UNSET if self.body is msgspec.UNSET else msgspec.json.decode(request.body),
            text=None if self.text is None else request.body.decode(),
        )


class ExpectedOutcome(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An outcome; without a reason, any."""

    result: Literal["delivered", "permanent", "too_large", "auth", "misconfigured", "gone", "temporary"]
    reason: str | None = None
    retry_after_ms: int | None = None

    def of(self, outcome: Outcome) -> ExpectedOutcome:
        """The outcome in the form of this contract."""
        return ExpectedOutcome(
            result=outcome.result,
            reason=None if self.reason is None else outcome.reason,
            retry_after_ms=outcome.retry_after_ms,
        )


class Answer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An answer that the target may give to the request with this number, and the outcomes that follow."""

    about: str = ""
    request: int = 0
    status: int
    headers: dict[str, str] = {}
    body: Any = msgspec.UNSET
    text: str = ""
    outcomes: list[ExpectedOutcome]
    follow_up: ExpectedRequest | None = None

    def response(self, now: int) -> Response:
        body = self.text.encode() if self.body is msgspec.UNSET else msgspec.json.encode(self.body)
        return Response(self.status, {name.lower(): value for name, value in self.headers.items()}, body, now)


class Patched(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A sample with a merge patch (RFC 7396)."""

    sample: str
    patch: dict[str, Any]


class Contract(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One file."""

    about: str
    source: str
    date: str
    config: dict[str, Any]
    batch: Batch | None = None
    map: Any = None
    test: bool = False
    now: str = "2026-12-01T12:00:00.000Z"
    items: list[str | Patched]
    skipped: list[str] = []
    requests: list[ExpectedRequest]
    answers: list[Answer] = []

    @property
    def envelopes(self) -> list[Envelope]:
        return [item(each) if isinstance(each, str) else item(each.sample, each.patch) for each in self.items]

    @property
    def now_ms(self) -> int:
        now = read_iso_or_epoch(self.now)
        assert now
        return now


class Sent(NamedTuple):
    """What a kind made of a contract's items."""

    config: Any
    requests: list[tuple[Request, list[Payload]]]
    skipped: list[str]


def contracts() -> Iterator[tuple[str, Contract]]:
    """Yield every contract with its name, `KIND/NAME`."""
    for path in sorted(FOLDER.glob("*/*.json")):
        try:
            yield f"{path.parent.name}/{path.stem}", msgspec.json.decode(path.read_bytes(), type=Contract)
        except msgspec.MsgspecError as error:
            raise ValueError(f"{path}: {error}") from error


def mapped(kind: Kind, contract: Contract, envelope: Envelope) -> Any:
    """The result of the contract's map, else of the default map, else the envelope."""
    semantic = (envelope["data"].get("event") or {}).get("semantic") or {}
    template = contract.map
    if template is None:
        template = kind.template_for(envelope["type"], semantic.get("name"))
    return envelope if template is None else compile_template(template).apply(envelope)


def send(kind: Kind, contract: Contract) -> Sent:
    """Prepare the items, and make a request for each route and number of items."""
    config = configure(kind, contract.config, contract.batch)
    limits, now = kind.limits(config), contract.now_ms
    routes: dict[str, list[tuple[Payload, str]]] = {}
    skipped = []
    for envelope in contract.envelopes:
        assert envelope["type"] in kind.types
        prepared = kind.prepare(config, envelope, mapped(kind, contract, envelope), now)
        if isinstance(prepared, Skipped):
            skipped.append(prepared.reason)
            continue
        payloads = [prepared] if isinstance(prepared, Payload) else prepared
        assert payloads
        for payload in payloads:
            assert size(payload) <= limits.max_item_bytes
            routes.setdefault(payload.route, []).append((payload, envelope["id"]))
    sign = signer([SIGNING] if kind.signs else [])
    requests = []
    for waiting in routes.values():
        for start in range(0, len(waiting), limits.max_items):
            chosen = waiting[start : start + limits.max_items]
            payloads = [payload for payload, _ in chosen]
            request = kind.request(config, payloads, now, request_id(id_ for _, id_ in chosen), sign)
            requests.append((kind.test(config, request) if contract.test else request, payloads))
    return Sent(config, requests, skipped)


def size(payload: Payload) -> int:
    return len(payload.body if isinstance(payload.body, bytes) else msgspec.json.encode(payload.body))


CONTRACTS: Final = dict(contracts())
OF_KINDS: Final = {
    kind.name: [contract for name, contract in CONTRACTS.items() if name.startswith(f"{kind.name}/")]
    for kind in registry.ALL
}
