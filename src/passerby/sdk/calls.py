"""A first call of each dialect, with a project's own keys: to paste in a language of one's choice, or to try."""

from __future__ import annotations

import json
import pprint
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

Keys = Mapping[str, str]
"""Values of keys by kind. Where a secret is not at hand, PLACEHOLDERS has what stands for it."""

PLACEHOLDERS: Final[Keys] = {"webengage.api_key": "YOUR_API_KEY"}

_VISITOR: Final = "passerby-test"
"""Makes a test profile: see `passerby.profiles.testing`."""


class Call(NamedTuple):
    """A POST of a JSON body. `headers` come beside the content type."""

    url: str
    headers: tuple[tuple[str, str], ...]
    body: Any


class Dialect(NamedTuple):
    """What a dialect's first call needs: the kinds of keys, and (address of the ingest port, keys) to the call."""

    kinds: tuple[str, ...]
    make: Callable[[str, Keys], Call]


def _crossengage(url: str, keys: Keys) -> Call:
    body = {"mobileId": _VISITOR, "type": "track", "event": "Test Event", "properties": {"source": "Passerby"}}
    return Call(f"{url}/api/v1/mobile/{keys['crossengage.mobile_api_key']}/track", (), body)


def _webengage(url: str, keys: Keys) -> Call:
    bearer = ("Authorization", f"Bearer {keys['webengage.api_key']}")
    body = {"anonymousId": _VISITOR, "eventName": "Test Event", "eventData": {"source": "Passerby"}}
    return Call(f"{url}/v1/accounts/{keys['webengage.license_code']}/events", (bearer,), body)


def _customerlabs(url: str, keys: Keys) -> Call:
    body = {"event_name": "Test Event", "email": f"{_VISITOR}@example.com", "source": "Passerby"}
    return Call(f"{url}{keys['customerlabs.webhook_path']}", (), body)


def _antsomi(url: str, keys: Keys) -> Call:
    query = f"portal_id={keys['antsomi.portal_id']}&prop_id={keys['antsomi.prop_id']}&resp_type=json"
    return Call(f"{url}/event?{query}", (), {"uid": _VISITOR, "ec": "test", "ea": "event"})


def _segment(url: str, keys: Keys) -> Call:
    login = b64encode(f"{keys['segment.write_key']}:".encode()).decode()
    body = {"anonymousId": _VISITOR, "event": "Test Event", "properties": {"source": "Passerby"}}
    return Call(f"{url}/v1/track", (("Authorization", f"Basic {login}"),), body)


DIALECTS: Final[Mapping[str, Dialect]] = {
    "crossengage": Dialect(("crossengage.mobile_api_key",), _crossengage),
    "webengage": Dialect(("webengage.license_code", "webengage.api_key"), _webengage),
    "customerlabs": Dialect(("customerlabs.webhook_path",), _customerlabs),
    "antsomi": Dialect(("antsomi.portal_id", "antsomi.prop_id"), _antsomi),
    "segment": Dialect(("segment.write_key",), _segment),
}


def first_call(dialect: str, url: str, keys: Keys) -> Call | None:
    """The first call of a dialect; None where a key for it is missing."""
    kinds, make = DIALECTS[dialect]
    given = {**PLACEHOLDERS, **keys}
    return make(url, given) if given.keys() >= set(kinds) else None


def shell(call: Call) -> str:
    """For a shell: curl."""
    headers = [f"-H {_quoted(f'{name}: {value}')}" for name, value in _headers(call).items()]
    return " \\\n  ".join([f"curl -sS {_quoted(call.url)}", *headers, f"-d {_quoted(json.dumps(call.body))}"])


def javascript(call: Call) -> str:
    """For a page, or Node."""
    body = json.dumps(call.body, indent=2).replace("\n", "\n  ").replace("<", "\\u003c")
    headers = json.dumps(_headers(call), indent=2).replace("\n", "\n  ")
    return (
        f"const response = await fetch({json.dumps(call.url)}, {{\n"
        f'  method: "POST",\n  headers: {headers},\n  body: JSON.stringify({body}),\n'
        "});\nconsole.log(response.status);"
    )


def python(call: Call) -> str:
    """For Python, with nothing installed."""
    body = pprint.pformat(call.body, width=80, sort_dicts=False)
    headers = pprint.pformat(_headers(call), width=80, sort_dicts=False)
    return (
        f"import json\nfrom urllib.request import Request, urlopen\n\nbody = {body}\nheaders = {headers}\n"
        f"request = Request({call.url!r}, json.dumps(body).encode(), headers)\nprint(urlopen(request).status)"
    )


LANGUAGES: Final[Mapping[str, Callable[[Call], str]]] = {"Shell": shell, "JavaScript": javascript, "Python": python}


def _headers(call: Call) -> dict[str, str]:
    return {"Content-Type": "application/json", **dict(call.headers)}


def _quoted(text: str) -> str:
    """A text as one word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"
