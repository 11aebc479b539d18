"""Types of what a dialect shows to users: sample requests, code to install, platforms."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from passerby.profiles import testing

Keys = Mapping[str, str]
"""Values of keys by the names of their kinds."""

TESTER: Final = testing.PREFIX
"""Identifier in test events. All test events make one test profile."""
TEST_EVENT: Final = "Passerby Test"
"""Name of test events in dialects with free event names."""

CUSTOMER: Final = "customer-1"
"""Customer id in the calls of `Samples.walkthrough`."""
PHONE: Final = "phone-1"
"""Phone of that customer."""


class SampleCall(NamedTuple):
    """A POST of a JSON body to the ingest port.

    `path` includes the query. `headers` are in addition to the content type; `user` is the user name of HTTP's basic
    authentication, with an empty password.
    """

    path: str
    body: Any
    headers: tuple[tuple[str, str], ...] = ()
    user: str = ""

    def http_headers(self) -> dict[str, str]:
        """Return every header to send."""
        basic = {"Authorization": f"Basic {b64encode(f'{self.user}:'.encode()).decode()}"} if self.user else {}
        return {"Content-Type": "application/json", **dict(self.headers), **basic}


class Example(NamedTuple):
    """A request of a walkthrough and its title, in the imperative."""

    title: str
    call: SampleCall


class Samples(NamedTuple):
    """Documented calls with a project's own keys.

    `kinds` are the kinds of keys that the calls need. `test_event` records one event on the test profile; all of its
    identifiers start with `TESTER`. `walkthrough` is printed at the first start, for all dialects in order; its calls
    should be about `CUSTOMER` or `PHONE`, so that they result in one profile.
    """

    kinds: tuple[str, ...]
    test_event: Callable[[Keys], SampleCall]
    walkthrough: Callable[[Keys], Sequence[Example]] = lambda _: ()


class Snippet(NamedTuple):
    """Code to install in a page or an app. `make` returns it for the URL of the ingest port and the keys.

    `kinds` are the kinds of public keys that it needs. `command` is its name for `passerby snippet`, unique among all
    dialects; empty for a snippet shown by the console only.
    """

    title: str
    kinds: tuple[str, ...]
    make: Callable[[str, Keys], str]
    command: str = ""


class Platform(NamedTuple):
    """A kind of client on the console's page *Sources*: website, mobile app, server.

    `name` is part of the page's URL and unique among all dialects; platforms are sorted by `rank`. `about` is one
    sentence: what is sent, and with what. `guide` is a page of `docs/` without its ending. Without `snippets`, the page
    shows the test event in each language.
    """

    name: str
    title: str
    about: str
    rank: int
    guide: str
    snippets: tuple[Snippet, ...] = ()
