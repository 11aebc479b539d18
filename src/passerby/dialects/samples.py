"""Types of what a dialect shows to users: calls to try, code to install, platforms that speak it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from passerby.profiles import testing

Keys = Mapping[str, str]
"""Values of keys by the names of their kinds."""

TESTER: Final = testing.PREFIX
"""Who sends test events: all of them together make one test profile."""
TEST_EVENT: Final = "Passerby Test"
"""Name of a test event, where the vendor lets events be named freely."""

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
    """One call of a walkthrough: what it does, in a few words, and the call."""

    title: str
    call: SampleCall


class Samples(NamedTuple):
    """Documented calls with a project's own keys.

    `kinds` are the kinds of keys that the calls need. `test_event` records one event on the test profile: the
    identifiers in it all begin with `TESTER`. `walkthrough` is printed by a first start, for all dialects one after the
    other: its calls should be about `CUSTOMER` or `PHONE`, so that they come together in one profile.
    """

    kinds: tuple[str, ...]
    test_event: Callable[[Keys], SampleCall]
    walkthrough: Callable[[Keys], Sequence[Example]] = lambda _: ()


class Snippet(NamedTuple):
    """Code to paste into a page or an app. `make` writes it for an address of the ingest port and these keys.

    `kinds` are the kinds of keys that it needs, none of them secret. `command` is its name for `passerby snippet`,
    unique among all dialects; empty for a snippet that only the console shows.
    """

    title: str
    kinds: tuple[str, ...]
    make: Callable[[str, Keys], str]
    command: str = ""


class Platform(NamedTuple):
    """A kind of client on the console's page of sources, as its users would name it: website, mobile app, server.

    `name` is its part of the page's address, unique among all dialects; platforms are listed by `rank`. `guide` is a
    page of `docs/`, without the ending. `snippets` are shown for it; without any, the test event in each language.
    """

    name: str
    title: str
    about: str
    rank: int
    guide: str
    snippets: tuple[Snippet, ...] = ()
