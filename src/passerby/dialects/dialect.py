"""`Dialect`: the record that each dialect package exports, with everything the other packages need of it."""

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
"""Returns this many random bytes. Passed in, so that dialects stay pure."""


class Webhook(NamedTuple):
    """Common prefix of paths that are keys, and the console's instructions for them."""

    prefix: str
    about: str


class KeyKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of key: its label, its generator, and the format of keys that clients already use.

    A *public* key only identifies the project: it is readable in apps and pages and is stored in plain text. A *secret*
    key is stored as a hash.
    """

    name: str
    """`DIALECT.FIELD`. Stored with each key, so it never changes."""
    title: str
    """Label, as in the vendor's documentation."""
    make: Callable[[RandomBytes], str]
    pattern: re.Pattern[str]
    """Full match for a key that clients already use."""
    form: str
    """Description of `pattern` for error messages."""
    secret: bool = False
    guarded: bool = False
    """Whether the key alone authorises its single sender: it is hidden from viewers and must be random. True for every
    secret."""
    number: bool = False
    """Whether JSON documents contain it as a number."""
    webhook: Webhook | None = None
    """Set if the key is a path to which another system posts."""


class RequestParts(NamedTuple):
    """The parts of a rejected request that can contain a project's key.

    `parameters` are those of the call's path, `query` is the undecoded query string. Names of headers are lower-case.
    `body` may be truncated.
    """

    parameters: Mapping[str, str]
    query: str
    headers: Mapping[str, str]
    body: bytes


class FoundKey(NamedTuple):
    """A candidate key found in a request, with its kind."""

    kind: str
    value: str


class OpenApi(NamedTuple):
    """A dialect's part of the OpenAPI description: path items by path, and the security schemes that they reference.

    Paths, the ids of operations and the names of schemes are unique among all dialects. `scheme_keys` maps
    each scheme to its kind of key.
    """

    paths: Mapping[str, Any]
    security_schemes: Mapping[str, Any] = {}
    scheme_keys: Mapping[str, str] = {}


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor's API. Each dialect package exports one as `DIALECT`."""

    name: str
    """Name in messages, in paths of the console and in the API. It is stored, so it never changes."""
    title: str
    """The vendor's name as the vendor writes it."""
    about: str
    """What sends events in this dialect: one sentence for the console's page *Sources*."""
    keys_title: str
    """The vendor's title for the place where keys are configured."""
    guide: str
    """Page of `docs/` that explains it, without the ending: `how-to/migrate/segment-http`."""
    match: Callable[[str], Call | None]
    """Returns the call for a decoded path, for any method; None for a path of another dialect. Called with paths of
    unauthenticated clients: it must not fail on any input."""
    key_kinds: tuple[KeyKind, ...]
    find_keys: Callable[[RequestParts], Iterable[FoundKey]]
    """Yields candidate keys in a rejected request, the most specific first. Must not fail on any input."""
    openapi: OpenApi
    samples: Samples
    demo: Demo | None = None
    snippets: tuple[Snippet, ...] = ()
    """Code to install, shown on the dialect's page of the console above the test events."""
    platforms: tuple[Platform, ...] = ()
    vocabulary: Vocabulary | None = None
    """The vendor's documented names for standard events; None if it documents none."""
    error_members: frozenset[str] = frozenset({"message"})
    """Members of the vendor's JSON errors, at any depth, that contain the message shown with rejected requests."""
    deduplication_window_ms: int | None = DAY_MS
    """Deduplication window. None for clients that queue while offline and may resend after weeks: the setting
    `worker.deduplication_days` then applies."""
    identifies_by_traits: bool = True
    """Whether contact traits (email, phone) are identifiers. False for a vendor with separate fields for identifiers: a
    trait of the same name is then only a trait."""
    enforces_catalogue_rules: bool = False
    """Whether values that violate a vendor's rule of the data catalogue are rejected, and not only reported."""
    answers_with_profile: bool = False
    """Whether responses contain what the device sent before; the worker then stores it per device."""

    def test_call(self, keys: Keys) -> SampleCall | None:
        """Return the test event with these keys, or None where a public one is missing.

        Secrets are stored hashed, so the caller has none: a placeholder such as `YOUR_API_KEY` replaces a missing one.
        """
        secrets = {kind.name: f"YOUR_{kind.name.partition('.')[2].upper()}" for kind in self.key_kinds if kind.secret}
        given = {**secrets, **keys}
        return self.samples.test_event(given) if given.keys() >= set(self.samples.kinds) else None
