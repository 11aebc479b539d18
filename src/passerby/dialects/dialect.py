"""The record by which a dialect's folder tells the rest of Passerby everything about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from passerby.commerce.vocabulary import Vocabulary
from passerby.dialects.contract import Call
from passerby.dialects.demo import Demo
from passerby.dialects.samples import Keys, Platform, SampleCall, Samples, Snippet

HOUR_MS: Final = 60 * 60 * 1000
DAY_MS: Final = 24 * HOUR_MS

RandomBytes = Callable[[int], bytes]
"""Returns this many random bytes. It is passed in, so that dialects stay pure."""


class Webhook(NamedTuple):
    """What paths that are keys have in common: how each of them begins, and what the console says about using one."""

    prefix: str
    about: str


class KeyKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of key: what it is called, how to make one, and the form that a given one must have.

    A *public* key only says which project a call is meant for: it is in apps and pages that anybody can read, and is
    stored as it is. A *secret* is stored as its hash.
    """

    name: str
    """`DIALECT.FIELD`, as stored with each key: it never changes."""
    title: str
    """Label, in the vendor's own words."""
    make: Callable[[RandomBytes], str]
    pattern: re.Pattern[str]
    """Matches the whole of a key that clients use already."""
    form: str
    """What `pattern` demands, in words."""
    secret: bool = False
    guarded: bool = False
    """Whether knowing it is enough to send, and it is meant for one sender: viewers do not see it, and its value must
    be random. True for every secret."""
    number: bool = False
    """Whether documents hold it as a JSON number."""
    webhook: Webhook | None = None
    """Set where a key is a whole path, to which some system posts."""


class RequestParts(NamedTuple):
    """The parts of a rejected request that can contain a project's key.

    `parameters` are those of the call's path, `query` is the undecoded query string. Names of headers are lower-case.
    `body` may be cut.
    """

    parameters: Mapping[str, str]
    query: str
    headers: Mapping[str, str]
    body: bytes


class FoundKey(NamedTuple):
    """A text in a request that may be a key of this kind."""

    kind: str
    value: str


class OpenApi(NamedTuple):
    """A dialect's part of the OpenAPI description: path items by path, and the security schemes they refer to.

    Paths, the ids of operations and the names of schemes are unique among all dialects. `scheme_keys` has for each
    scheme the kind of keys that it takes.
    """

    paths: Mapping[str, Any]
    security_schemes: Mapping[str, Any] = {}
    scheme_keys: Mapping[str, str] = {}


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor's API. Each folder of `passerby.dialects` exports one of these as `DIALECT`."""

    name: str
    """Name in messages, in paths of the console and in the API. It is stored, so it never changes."""
    title: str
    """The vendor's name as the vendor writes it."""
    about: str
    """What sends events in this dialect: a sentence for the console's page of sources."""
    keys_title: str
    """The vendor's own title of the place where its keys are set up."""
    guide: str
    """Page of `docs/` that explains it, without the ending: `how-to/migrate/segment-http`."""
    match: Callable[[str], Call | None]
    """Returns the call with this (decoded) path, for any method; None for a path of another dialect. Called for each
    new path that any client sends: it must not fail, whatever the path."""
    key_kinds: tuple[KeyKind, ...]
    find_keys: Callable[[RequestParts], Iterable[FoundKey]]
    """Yields what may be a key in a rejected request, the most telling first. The request may be anything at all."""
    openapi: OpenApi
    samples: Samples
    demo: Demo | None = None
    snippets: tuple[Snippet, ...] = ()
    """Code to install, shown on the dialect's own page of the console before the test event in each language."""
    platforms: tuple[Platform, ...] = ()
    vocabulary: Vocabulary | None = None
    """Names that the vendor documents for standard events of a shop; None where it documents none."""
    error_members: frozenset[str] = frozenset({"message"})
    """Members of the vendor's JSON errors, at any depth, that hold a sentence: rejected requests are shown with it."""
    deduplication_window_ms: int | None = DAY_MS
    """How long a deduplication key counts. None for clients that queue while offline and may send again after weeks:
    then the setting `worker.deduplication_days` says how long."""
    identifies_by_traits: bool = True
    """Whether a contact among the traits (an email, a phone) names the person. False for a vendor that has fields of
    its own for identifiers: a trait of the same name then says nothing about who is meant."""
    enforces_catalogue_rules: bool = False
    """Whether a value that breaks a vendor's rule of the data catalogue is rejected, not just reported."""
    answers_with_profile: bool = False
    """Whether calls are answered with what the device stated before: then the worker keeps its statements."""

    def test_call(self, keys: Keys) -> SampleCall | None:
        """Return the test event with these keys, or None where a public one is missing.

        Secrets are stored hashed, so the caller has none: a placeholder such as `YOUR_API_KEY` takes a missing one's
        place.
        """
        secrets = {kind.name: f"YOUR_{kind.name.partition('.')[2].upper()}" for kind in self.key_kinds if kind.secret}
        given = {**secrets, **keys}
        return self.samples.test_event(given) if given.keys() >= set(self.samples.kinds) else None
