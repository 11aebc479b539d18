"""The catalogue: events, attributes and traits, and editing their types, names and merged spellings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec

from passerby.catalogue.aliases import Alias, BadAlias, UnknownName
from passerby.catalogue.types import DataType
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed
from passerby.services import cursors
from passerby.services.access import Access, ServerAccess
from passerby.services.caller import Permission
from passerby.services.cursors import Page
from passerby.services.errors import invalid, not_found
from passerby.services.use_cases import changing, reading
from passerby.state.views import CatalogueAttribute, CatalogueEvent, OtherViolation

Name = tuple[str, str]
"""An event name ("" for none) and an attribute of it ("" for none); without an event, a trait."""


class CataloguePage(msgspec.Struct, kw_only=True, frozen=True):
    """Events by name, and the cursor of the next ones; the traits of profiles, and violations of no event."""

    events: list[CatalogueEvent]
    traits: list[CatalogueAttribute]
    violations: list[OtherViolation]
    cursor: str | None


class PastValues(msgspec.Struct, kw_only=True, frozen=True):
    """How many recorded values are of the type (`fitting`), and how many of another.

    Both are null where events cannot be read now. `complete` is false where only a part was looked at: of a trait, the
    newest 100,000 profiles.
    """

    fitting: int | None
    other: int | None
    complete: bool


class DeletedNames(NamedTuple):
    """How many names were deleted, and which ones the catalogue does not have."""

    deleted: int
    unknown: list[Name]


@reading()
def get_catalogue(access: Access, page: Page) -> CataloguePage:
    """Return a page of events by name with their attributes; the traits and other violations are on every page."""
    place = cursors.decode(page.cursor, cursors.AfterName)
    found = access.context.state.catalogue(access.project, limit=page.limit, after=place.name if place else "")
    cursor = None if found.after is None else cursors.encode(cursors.AfterName(found.after))
    return CataloguePage(events=found.events, traits=found.traits, violations=found.violations, cursor=cursor)


@reading()
def get_type(access: Access, event: str, attribute: str) -> DataType | None:
    """Return the type of an attribute, or of a trait (event ""); None for an unknown one."""
    return access.context.state.attribute_type(access.project, event, attribute)


@reading()
def count_past_values(access: ServerAccess, event: str, attribute: str, type_: DataType) -> PastValues:
    """Count the past values of an attribute of an event, or of a trait (""), that fit a type. Raises NotFound."""
    context, project = access.context, access.project
    if context.state.attribute_type(project, event, attribute) is None:
        raise not_found("attribute in the catalogue")
    if not event:
        counts, complete = context.state.trait_types(project, attribute)
        return _values(counts, type_, complete=complete)
    counts = {}
    try:
        # Events that were recorded before a spelling was merged have their own name in the event store.
        for name in context.state.aliases(project).spellings(event):
            for found, count in context.events.value_types(project, name, attribute).items():
                counts[found] = counts.get(found, 0) + count
    except (EventStoreBroken, EventStoreFailed):
        # The count is a help for a decision that can be taken without it.
        return PastValues(fitting=None, other=None, complete=False)
    return _values(counts, type_, complete=True)


def _values(counts: dict[str, int], type_: DataType, *, complete: bool) -> PastValues:
    fitting = counts.get(type_, 0)
    return PastValues(fitting=fitting, other=sum(counts.values()) - fitting, complete=complete)


@changing(Permission.MANAGE)
def change_type(access: Access, event: str, attribute: str, type_: DataType) -> DataType:
    """Change the type of an attribute, or of a trait (event ""); return the former one. Raises NotFound.

    Recorded values stay as they are.
    """
    details = _named(event, attribute) | {"type": type_}
    with access.recording("catalogue.type_changed", details=details) as change:
        with access.context.writer() as writer, _refusals():
            before = writer.change_type(access.project, event, attribute, type_)
        change.details = details | {"previous": before}
    return before


@reading()
def list_aliases(access: Access) -> list[Alias]:
    """Return all merged spellings, by event and attribute."""
    return access.context.state.aliases(access.project).rows


@changing(Permission.MANAGE)
def merge_name(access: Access, event: str, attribute: str, into: str) -> Alias:
    """Merge a spelling of an event name, attribute or trait into another name. Raises InvalidParameters, NotFound.

    Messages that are applied from then on are recorded under the name `into`.
    """
    _check(event, attribute)
    if not into.strip():
        raise invalid("into", "Expected the name to merge into, got an empty text")
    alias = Alias(event, attribute, into, access.context.now(), access.caller.label)
    recorded = access.recording("catalogue.merged", details=_named(event, attribute) | {"into": into})
    with recorded, access.context.writer() as writer, _refusals("into"):
        writer.add_alias(access.project, alias)
    return alias


@changing(Permission.MANAGE)
def unmerge_name(access: Access, event: str, attribute: str) -> None:
    """Undo a merged spelling. What was recorded in between stays under the other name. Raises NotFound."""
    _check(event, attribute)
    recorded = access.recording("catalogue.merge_undone", details=_named(event, attribute))
    with recorded, access.context.writer() as writer, _refusals():
        writer.remove_alias(access.project, event, attribute)


@changing(Permission.MANAGE)
def delete_names(access: Access, names: Sequence[Name]) -> DeletedNames:
    """Delete names from the catalogue in one transaction; return how many, and which of them it does not have.

    Recorded events and profiles stay as they are.
    """
    for event, attribute in names:
        _check(event, attribute)
    wanted = list(dict.fromkeys(names))  # a name that is given twice is deleted once
    with access.recording("catalogue.deleted", details={"names": [_named(*name) for name in wanted]}) as change:
        with access.context.writer() as writer, _refusals("names"):
            unknown = writer.delete_names(access.project, wanted)
        deleted = [name for name in wanted if name not in unknown]
        change.details = {"names": [_named(*name) for name in deleted]}
        change.has_effect = bool(deleted)
    return DeletedNames(len(deleted), unknown)


def _check(event: str, attribute: str) -> None:
    if not event and not attribute:
        raise invalid("event", "name an event, an attribute of it, or a trait as an attribute alone")


def _named(event: str, attribute: str) -> dict[str, Any]:
    return {"event": event, "attribute": attribute}


@contextmanager
def _refusals(parameter: str = "") -> Iterator[None]:
    """Context manager: translate errors of the catalogue to NotFound, or to InvalidParameters for this parameter."""
    try:
        yield
    except BadAlias as fault:
        raise invalid(parameter, str(fault)) from None
    except UnknownName:
        raise not_found("name in the catalogue") from None
