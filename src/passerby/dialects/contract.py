"""Contract between the edge and the dialects: requests, calls, outcomes and faults.

A dialect is a set of pure functions: it finds the call of a path, turns a request into messages and a reply, and
formats the edge's own faults as the vendor's errors. It does no I/O and reads no clock: the time of
receipt and the ids come with the request.

The records are msgspec structs because several of them are made for every request: a frozen dataclass of the same
fields takes three to six times as long to make.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from enum import Enum
from typing import Any, Protocol

import msgspec

from passerby.dialects.common import causes
from passerby.dialects.common.causes import Cause, CauseCode
from passerby.messages import Identifier, Message
from passerby.profiles.person import Person


class Fault(Enum):
    """Faults of a request that are detected before its fields are read. Every dialect formats each of them."""

    UNKNOWN_PATH = "unknown_path"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UNKNOWN_KEY = "unknown_key"
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    TOO_MANY_ATTRIBUTES = "too_many_attributes"
    TOO_SLOW = "too_slow"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"


class RequestFault(Exception):
    """The request cannot be read; `fault` is the reason, `cause` the detail."""

    def __init__(self, fault: Fault, cause: CauseCode | None = None, **params: str | int) -> None:
        self.fault = fault
        self.cause = None if cause is None else Cause(cause, params)
        super().__init__(self.detail or fault.value)

    @property
    def detail(self) -> str:
        """Text of the cause for responses; "" without a cause."""
        return causes.detail(self.cause)


class Reply(msgspec.Struct, frozen=True):
    """HTTP response: status, body, and headers other than content type and length."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """Result of a call: the response and the messages to store.

    With a status of 400 or more `messages` is empty, because a rejected request stores nothing. The exception is a
    response that lists the entries of a batch: then `messages` are those of the entries reported as successful.
    """

    reply: Reply
    messages: list[Message] = []  # each instance gets an empty list of its own: msgspec copies empty defaults


class Request(msgspec.Struct):
    """HTTP request with its body read and decompressed. Header names are lower-case; the path is percent-decoded."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    received_at: int
    client_ip: str
    new_id: Callable[[], str]
    """Returns a new UUIDv7. Passed in, so that dialects stay pure."""
    public_url: str = ""
    """The setting `edge.public_url`. Set only for calls whose response depends on it."""
    unreadable: bool = False
    """Whether a decoded value may contain an `Unreadable`; the outcome then has to pass through `reject_unreadable`."""


class ProjectChoices(Protocol):
    """Settings of a project that dialects read."""

    @property
    def zone(self) -> tzinfo:
        """Time zone of times without a zone, in dialects whose senders use local time."""

    @property
    def redirect_hosts(self) -> Sequence[str]:
        """The hosts, in lower case, that a call may redirect a browser to."""

    @property
    def rate_factor(self) -> float | None:
        """Multiplier of the vendor's documented rate limits; 0: unlimited; None: the server's setting."""

    @property
    def answers_with_profile(self) -> bool:
        """Whether responses to calls with a public key include the full profile."""

    @property
    def namespaces(self) -> Sequence[tuple[str, str]]:
        """The additional namespaces of the project's identity policy, each with its class."""


class Credentials(Protocol):
    """The keys of all projects, held in memory. `kind` is for example `crossengage.mobile_api_key`."""

    def project(self, kind: str, key: str) -> int | None:
        """The project that this public key belongs to, or None for an unknown or revoked key."""

    def authenticates(self, kind: str, project: int, secret: str) -> bool:
        """Whether this secret is a current one of that project (compared in constant time with stored hashes)."""

    def secret_project(self, kind: str, secret: str) -> int | None:
        """Return the project of a current secret, for calls that contain no other key."""

    def settings(self, project: int) -> ProjectChoices:
        """Return the settings of a project."""


class LookupResult(msgspec.Struct, frozen=True):
    """Result of a `Lookup` in the state, which may lag some messages or be empty.

    `profile` is the profile of the identifiers, if requested. `device` are the properties that the device has sent,
    `traits` and `external_ids` those that it has sent about its user (`passerby.profiles.devices`).
    """

    profile: Person | None = None
    device: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    external_ids: dict[str, Any] = {}
    profile_id: str = ""
    seen: bool = False
    """Whether a message with the requested deduplication key is applied."""
    behind: bool = False
    """Whether accepted messages with the identifiers may still be waiting to be applied."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Traits in the project's catalogue, if requested: (name, data type), sorted by name."""


class Lookup(msgspec.Struct, frozen=True):
    """State lookup that a call needs before it can be answered: the device's properties, and optionally a profile.

    Without identifiers (which are uncleaned) no profile is looked up. `proceed` turns the result into the outcome, or
    into another lookup. Only rare calls should need one, because each costs a read of the state.
    """

    project: int
    identifiers: tuple[Identifier, ...]
    device: Identifier | None
    proceed: Callable[[LookupResult], Outcome | Lookup]
    key: tuple[str, str] | None = None
    """A dialect and a deduplication key to look up."""
    attributes: bool = False
    """Whether the traits in the project's catalogue are looked up."""


Handle = Callable[[Request, Mapping[str, str], Credentials], Outcome]
"""Maps (request, path parameters, credentials) to the outcome. Raises RequestFault."""
LookUp = Callable[[Request, Mapping[str, str], Credentials], Outcome | Lookup]
"""As `Handle`, for a call whose response contains stored data."""


def without_lookup(look_up: LookUp) -> Handle:
    """Return the handler that gives every lookup of this call an empty result."""

    def handle(request: Request, parameters: Mapping[str, str], credentials: Credentials) -> Outcome:
        asked = look_up(request, parameters, credentials)
        while isinstance(asked, Lookup):
            asked = asked.proceed(LookupResult())
        return asked

    return handle


class Call(msgspec.Struct, frozen=True):
    """A call of a vendor's API: everything that the edge needs before it reads the body.

    `body_limit` is in bytes and applies before and after decompression. `rate` is the vendor's documented number of
    requests per minute for one key (None: unlimited); calls with the same `rate_group` share one budget. `sniff_gzip`:
    a body that starts with the magic number of gzip is decompressed even without a Content-Encoding.
    """

    dialect: str
    name: str
    methods: frozenset[str]
    body_limit: int
    parameters: Mapping[str, str]
    handle: Handle
    fault: Callable[[Fault, str], Reply]
    """Formats a fault as the vendor's error. The string is a detail for humans and may be empty."""
    rate: int | None = None
    rate_group: str = ""
    sniff_gzip: bool = False
    authorise: Callable[[Request, Mapping[str, str], Credentials], Reply | None] | None = None
    """Returns the error response for an unknown key in path, query or headers, else None. Called before a slow body is
    read, so that clients without a key cannot hold buffers; `handle` checks the key again. None if the key may be in
    the body."""
    look_up: LookUp | None = None
    """Set for a call whose response contains stored data; `handle` then answers as if nothing were stored."""
