"""What the edge and a dialect agree on.

A dialect is a set of pure functions: it finds the call that a path stands for, turns a request into messages and a
reply, and puts the edge's own faults into the vendor's error shape. It does no I/O and reads no clock: the time of
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
    """Everything that can be wrong with a request before its fields are looked at. Each dialect answers each."""

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
    """The request cannot be read, for the reason that `fault` names."""

    def __init__(self, fault: Fault, cause: CauseCode | None = None, **params: str | int) -> None:
        self.fault = fault
        self.cause = None if cause is None else Cause(cause, params)
        super().__init__(self.detail or fault.value)

    @property
    def detail(self) -> str:
        """The text of the cause, for answers; "" where there is none."""
        return causes.detail(self.cause)


class Reply(msgspec.Struct, frozen=True):
    """An answer: status, body, and headers beyond content type and length."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """What a call comes to.

    With a reply of 400 or more `messages` is empty, as nothing of a refused request is kept. The exception is an answer
    that lists the entries of a batch one by one: then `messages` are those of the entries that it calls successful.
    """

    reply: Reply
    messages: list[Message] = []


class Request(msgspec.Struct):
    """One HTTP request, its body read and unpacked. Header names are lower-case; the path is percent-decoded."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    received_at: int
    client_ip: str
    new_id: Callable[[], str]
    """Makes a UUIDv7; passed in so that dialects stay pure."""
    public_url: str = ""
    """The setting `edge.public_url`, where the few calls are handled whose answer depends on it."""
    unreadable: bool = False
    """Whether a decoded value may hold an `Unreadable`: `settled` is then to be applied to the outcome."""


class ProjectChoices(Protocol):
    """What a project has chosen, as far as a dialect has to know it."""

    @property
    def zone(self) -> tzinfo:
        """Where a time without a zone is meant, from senders who mean their own."""

    @property
    def redirect_hosts(self) -> Sequence[str]:
        """The hosts, in lower case, that a call may redirect a browser to."""

    @property
    def rate_factor(self) -> float | None:
        """What to multiply a vendor's documented rates with, 0 for no limit; None: as the server's settings say."""

    @property
    def answers_with_profile(self) -> bool:
        """Whether a call with a public key is answered with all that is known of the person that it names."""

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
        """The project that this secret is a current one of, for calls that carry nothing else to tell it by."""

    def settings(self, project: int) -> ProjectChoices:
        """What a project has chosen."""


class LookupResult(msgspec.Struct, frozen=True):
    """What the state knows of whom a `Lookup` names. It may be some messages behind, or nothing at all.

    `profile` is the one that the identifiers lead to now, if it was asked for. `device` is what the device has said of
    itself, `traits` and `external_ids` what it has stated of its user (`passerby.profiles.devices`).
    """

    profile: Person | None = None
    device: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    external_ids: dict[str, Any] = {}
    profile_id: str = ""
    seen: bool = False
    """Whether a message with the key that was asked for is applied."""
    behind: bool = False
    """Whether messages about the identifiers may be accepted and not applied yet."""
    attributes: tuple[tuple[str, str], ...] = ()
    """The traits in the project's catalogue, if they were asked for: names and data types, by name."""


class Lookup(msgspec.Struct, frozen=True):
    """A lookup that a call needs before it is answered: the device's own statements, and optionally a profile.

    Without identifiers (which are uncleaned) no profile is looked up. `proceed` makes the outcome out of the answer, or
    asks again. An inquiry is for the rare call: it costs a look into the state.
    """

    project: int
    identifiers: tuple[Identifier, ...]
    device: Identifier | None
    proceed: Callable[[LookupResult], Outcome | Lookup]
    key: tuple[str, str] | None = None
    """A dialect and a deduplication key to look up."""
    attributes: bool = False
    """Whether the traits in the project's catalogue are looked up."""


def without_lookup(asked: Outcome | Lookup) -> Outcome:
    """Return what a call comes to where every inquiry is answered as if nothing were known."""
    while isinstance(asked, Lookup):
        asked = asked.proceed(LookupResult())
    return asked


class Call(msgspec.Struct, frozen=True):
    """One call of a vendor's API, as the edge needs to know it before it reads the body.

    `body_limit` is in bytes, unpacked or not. `rate` is the vendor's documented number of requests a minute for one
    key (None: no limit), `rate_group` the name under which calls share one budget. `sniff_gzip`: a body that begins as
    gzip does is unpacked even where no header says so.
    """

    dialect: str
    name: str
    methods: frozenset[str]
    body_limit: int
    parameters: Mapping[str, str]
    handle: Callable[[Request, Mapping[str, str], Credentials], Outcome]
    """(request, this call's path parameters, the keys) to what the call comes to. Raises RequestFault."""
    fault: Callable[[Fault, str], Reply]
    """Puts a fault into the vendor's shape; the string is a detail for humans, may be empty."""
    rate: int | None = None
    rate_group: str = ""
    sniff_gzip: bool = False
    authorise: Callable[[Request, Mapping[str, str], Credentials], Reply | None] | None = None
    """The refusal of a request whose key in path, query or headers is not known, else None. Asked before a body is read
    that does not come at once; `handle` checks the same key again. None where the key may stand in the body."""
    look_up: Callable[[Request, Mapping[str, str], Credentials], Outcome | Lookup] | None = None
    """As `handle`, for a call whose answer says what is known; `handle` then answers as if nothing were."""
