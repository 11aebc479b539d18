"""Which project a request was meant for, as far as a key in it says: for requests that were refused.

Nothing is authenticated here. Who may see a refused request is decided by this, who may write anything is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple, Protocol
from urllib.parse import parse_qsl

from passerby.dialects import crossengage
from passerby.dialects.antsomi import calls as antsomi
from passerby.dialects.customerlabs import calls as customerlabs
from passerby.dialects.customerlabs.fields import APP_ID_KIND
from passerby.dialects.segment import calls as segment
from passerby.dialects.webengage import calls as webengage

Key = tuple[str, str]
"""Kind and value."""


class Traces(NamedTuple):
    """The parts of a request that can contain a project's key.

    `parameters` are those of the path, `query` is the undecoded query string, `authorization` the header
    `Authorization` and `token` the header `X-XNG-AuthToken`, each "" where it is missing.
    """

    parameters: Mapping[str, str]
    query: str
    authorization: str
    body: bytes
    token: str = ""


class PublicKeys(Protocol):
    """Finds the project of a public key, or of a secret that leads to it alone; see `contract.Credentials`."""

    def project(self, kind: str, key: str) -> int | None: ...

    def secret_project(self, kind: str, secret: str) -> int | None: ...


def project_of(dialect: str, traces: Traces, credentials: PublicKeys) -> int | None:
    """The project of the first key that is a known one, or None."""
    if traces.token and dialect == crossengage.name:
        return credentials.secret_project(crossengage.TOKEN_KIND, traces.token)
    keys = _KEYS.get(dialect, _none)(traces)
    projects = (credentials.project(kind, value) for kind, value in keys)
    return next((project for project in projects if project is not None), None)


def _none(_: Traces) -> Iterator[Key]:
    yield from ()


def _crossengage(traces: Traces) -> Iterator[Key]:
    yield crossengage.KEY_KIND, traces.parameters.get(crossengage.KEY, "")


def _webengage(traces: Traces) -> Iterator[Key]:
    yield webengage.LICENSE_KIND, traces.parameters.get(webengage.LICENSE, "")


def _customerlabs(traces: Traces) -> Iterator[Key]:
    if customerlabs.SLUG in traces.parameters:
        yield customerlabs.WEBHOOK_KIND, f"{customerlabs.SOURCE}{traces.parameters[customerlabs.SLUG]}/"
    yield from ((APP_ID_KIND, value) for value in _members(traces.body, _ID))


def _antsomi(traces: Traces) -> Iterator[Key]:
    for name, value in parse_qsl(traces.query):
        if name in {"portal_id", "prop_id"}:
            yield antsomi.PORTAL_KIND if name == "portal_id" else antsomi.PROPERTY_KIND, value


def _segment(traces: Traces) -> Iterator[Key]:
    if segment.KEY in traces.parameters:
        yield segment.KEY_KIND, traces.parameters[segment.KEY]
    yield segment.KEY_KIND, segment.key_in_header(traces.authorization)
    yield segment.KEY_KIND, segment.key_in_query(traces.query)
    yield from ((segment.KEY_KIND, value) for value in _members(traces.body, _WRITE_KEY))


_ID: Final = re.compile(rb'"id"\s*:\s*"([\x21\x23-\x5b\x5d-\x7e]{1,128})"')
_WRITE_KEY: Final = re.compile(rb'"writeKey"\s*:\s*"([\x21\x23-\x5b\x5d-\x7e]{1,128})"')
_TRIED: Final = 5
"""How many members of a body are tried."""


def _members(body: bytes, pattern: re.Pattern[bytes]) -> Iterator[str]:
    """Values of these members, wherever they stand: what is refused need not be JSON, or be here as a whole."""
    for _, found in zip(range(_TRIED), pattern.finditer(body), strict=False):
        yield found[1].decode("ascii")


_KEYS: Final[Mapping[str, Callable[[Traces], Iterator[Key]]]] = {
    "crossengage": _crossengage,
    "webengage": _webengage,
    "customerlabs": _customerlabs,
    "antsomi": _antsomi,
    "segment": _segment,
}
