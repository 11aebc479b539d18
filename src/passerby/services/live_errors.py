"""Validation errors of a message, for the live stream: by its dialect, and by the catalogue's types as they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, Literal, Protocol

import msgspec

from passerby.catalogue.earlier_rejections import upgraded
from passerby.catalogue.rules import RESERVED_PREFIX, TRAITS_OF_PROFILES, attribute_finding, name_finding
from passerby.catalogue.types import DataType, data_type
from passerby.dialects import registry
from passerby.messages import Message, RejectionDetail
from passerby.presenters.rejections import expectation

MOST_ERRORS: Final = 20
"""Validation errors of a message that are shown."""
TYPES_MS: Final = 2_000
"""How long an event's types are taken from memory."""
MOST_EVENTS: Final = 1_000
"""Events whose types are held in memory."""

State = Literal["accepted", "errors", "dropped"]
TypesOf = Callable[[int, str], Mapping[str, DataType]]
"""The catalogue's types of an event's attributes, by project and event name ("" for traits)."""


class LiveError(msgspec.Struct, kw_only=True):
    """One validation error: its kind, the attribute ("" for the whole message), and what was expected."""

    kind: str
    attribute: str
    message: str


class TypeStore(Protocol):
    """Reads the catalogue's types; see `state.views.StateReader`."""

    def attribute_types(self, project: int, event: str) -> dict[str, DataType]: ...


class AttributeTypes:
    """Looks up the types of events' attributes, and holds them for a moment. May be called from any thread."""

    def __init__(self, store: TypeStore, clock: Callable[[], int]) -> None:
        """`clock` gives milliseconds."""
        self._store = store
        self._clock = clock
        self._held: dict[tuple[int, str], tuple[int, Mapping[str, DataType]]] = {}

    def __call__(self, project: int, event: str) -> Mapping[str, DataType]:
        """Return the types of an event's attributes, or of traits ("")."""
        now = self._clock()
        held = self._held.get((project, event))
        if held is not None and now - held[0] < TYPES_MS:
            return held[1]
        # Replaced, not cleared: another thread may be reading the former dictionary.
        if len(self._held) >= MOST_EVENTS:
            self._held = {}
        found = self._store.attribute_types(project, event)
        self._held[project, event] = (now, found)
        return found


def no_types(_project: int, _event: str) -> Mapping[str, DataType]:
    """Return no attribute types: for streams that have no data catalogue to compare with."""
    return {}


def errors_of(message: Message, types_of: TypesOf) -> list[LiveError]:
    """Return the validation errors of a message, at most one for each attribute and kind, and MOST_ERRORS in all."""
    found: dict[tuple[str, str], LiveError] = {}
    for each in islice(_errors(message, types_of), MOST_ERRORS):
        found.setdefault((each.attribute, each.kind), each)
    return list(found.values())


def state_of(message: Message, errors: list[LiveError]) -> State:
    """Return whether a message is accepted, accepted with errors, or dropped by the worker."""
    # Repeats the worker's rule: a stream shows messages that the worker has not processed yet.
    reserved = (
        message.kind == "track"
        and message.dialect in registry.ENFORCING_CATALOGUE_RULES
        and message.name.startswith(RESERVED_PREFIX)
    )
    if message.kind == "invalid" or reserved:
        return "dropped"
    return "errors" if errors else "accepted"


def _errors(message: Message, types_of: TypesOf) -> Iterator[LiveError]:
    for rejected in (*message.rejected, *message.rejected_traits):
        kind, detail = upgraded(rejected.kind, rejected.detail)
        yield LiveError(kind=kind, attribute=rejected.name, message=expectation(kind, detail))
    if message.kind == "track":
        if finding := name_finding(message.name):
            yield LiveError(kind=finding.kind, attribute="", message=expectation(finding.kind, finding.detail))
        yield from _by_catalogue(message.properties, types_of(message.project, message.name))
    yield from _by_catalogue(message.traits, types_of(message.project, TRAITS_OF_PROFILES) if message.traits else {})
    for violation in message.violations:
        yield LiveError(kind=violation.kind, attribute=violation.attribute, message=expectation(violation.kind))


def _by_catalogue(values: Mapping[str, Any], types: Mapping[str, DataType]) -> Iterator[LiveError]:
    for name, value in values.items():
        if finding := attribute_finding(name, value):
            yield LiveError(kind=finding.kind, attribute=name, message=expectation(finding.kind, finding.detail))
        # None is the type of null, which every attribute may have.
        elif name in types and (got := data_type(value)) not in {None, types[name]}:
            detail = RejectionDetail(expected=types[name], got=got)
            yield LiveError(kind="type_mismatch", attribute=name, message=expectation("type_mismatch", detail))
