"""How each vendor's calls go over HTTP. Another dialect joins the demo by an entry in CALLS and steps in the day."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from passerby.demo.steps import Step

PUBLIC_KINDS = (
    "crossengage.mobile_api_key",
    "webengage.license_code",
    "customerlabs.app_id",
    "customerlabs.webhook_path",
    "antsomi.portal_id",
    "antsomi.prop_id",
    "segment.write_key",
)
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
    return HttpCall(f"/api/v1/mobile/{keys['crossengage.mobile_api_key']}/{call}", _JSON, _json(step.body))


def _webengage(call: str, step: Step, keys: Keys) -> HttpCall:
    own = {"Authorization": f"Bearer {keys['webengage.api_key']}", "x-request-id": step.request_id}
    return HttpCall(f"/v1/accounts/{keys['webengage.license_code']}/{call}", {**_JSON, **own}, _json(step.body))


def _customerlabs(call: str, step: Step, keys: Keys) -> HttpCall:
    """An app's id is the first part of its installations' ids (CustomerLabs, Mobile Tracking API, user_id)."""
    app = keys["customerlabs.app_id"]
    body = step.body | {"id": app, "uid": f"{app}{step.body['uid']}"}
    path = keys["customerlabs.webhook_path"] if call == "event" else f"/app/{call}"
    return HttpCall(path, {**_JSON, "CL-User-Agent": "Demo/1.0 (Android 16)"}, _json(body))


def _antsomi(call: str, step: Step, keys: Keys) -> HttpCall:
    source = f"portal_id={keys['antsomi.portal_id']}&prop_id={keys['antsomi.prop_id']}"
    return HttpCall(f"/{call}?{source}&resp_type=json", _JSON, _json(step.body))


def _segment(call: str, step: Step, keys: Keys) -> HttpCall:
    key = base64.b64encode(f"{keys['segment.write_key']}:".encode()).decode()
    return HttpCall(f"/v1/{call}", {**_JSON, "Authorization": f"Basic {key}"}, _json(step.body))


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()


_JSON = {"Content-Type": "application/json"}
CALLS: Mapping[str, Callable[[str, Step, Keys], HttpCall]] = {
    "crossengage": _crossengage,
    "webengage": _webengage,
    "customerlabs": _customerlabs,
    "antsomi": _antsomi,
    "segment": _segment,
}


def http_call(step: Step, keys: Keys) -> HttpCall:
    """The request that a step of the day is, always a POST."""
    dialect, _, call = step.call.partition(".")
    return CALLS[dialect](call, step, keys)
