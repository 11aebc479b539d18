"""How each vendor's calls go over HTTP. Another dialect joins the demo by an entry in CALLS and steps in `day`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from passerby.demo.day import Step

PUBLIC_KINDS = ("crossengage.mobile_api_key", "webengage.license_code")
"""The public keys that the demo reads from the control file."""
SECRET_KINDS = ("webengage.api_key", "api_token")
"""The secrets that it adds for as long as it runs."""


class HttpCall(NamedTuple):
    """A request that is ready to send."""

    path: str
    headers: Mapping[str, str]
    body: bytes


Keys = Mapping[str, str]
"""Values of keys by kind."""


def _crossengage(call: str, step: Step, keys: Keys) -> HttpCall:
    return HttpCall(f"/api/v1/mobile/{keys['crossengage.mobile_api_key']}/{call}", _JSON, _body(step))


def _webengage(call: str, step: Step, keys: Keys) -> HttpCall:
    own = {"Authorization": f"Bearer {keys['webengage.api_key']}", "x-request-id": step.request_id}
    return HttpCall(f"/v1/accounts/{keys['webengage.license_code']}/{call}", {**_JSON, **own}, _body(step))


def _body(step: Step) -> bytes:
    return json.dumps(step.body).encode()


_JSON = {"Content-Type": "application/json"}
CALLS: Mapping[str, Callable[[str, Step, Keys], HttpCall]] = {"crossengage": _crossengage, "webengage": _webengage}


def http_call(step: Step, keys: Keys) -> HttpCall:
    """The request that a step of the day is, always a POST."""
    dialect, _, call = step.call.partition(".")
    return CALLS[dialect](call, step, keys)
