"""The catalogue: events, attributes and traits, and editing their types, names and merged spellings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from passerby.catalogue.aliases import Alias, BadAlias, UnknownName
from passerby.catalogue.types import DataType
from passerby.clock import iso
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed
from passerby.services import cursors
from passerby.services.access import Access, ServerAccess
from passerby.services.answers import CatalogueAnswer
from passerby.services.caller import Permission
from passerby.services.catalogue_answers import AliasInfo, AliasList, DeletedNames, NameRequest, PastValues
from passerby.services.cursors import Page
from passerby.services.errors import invalid, not_found
from passerby.services.use_cases import changing, reading

Name = tuple[str, str]
"""An event name ("" for none) and an attribute of it ("" for none); without an event, a trait."""


@reading()
def get_catalogue(access: Access, page: Page) -> CatalogueAnswer:
    """Return a page of events by name with their attributes; the traits and other violations are on every page."""
    place = cursors.decode(page.cursor, cursors.AfterName)
    found = access.context.state.catalogue(access.project, limit=page.limit, after=place.name if place else "")
    cursor = None if found.after is None else cursors.encode(cursors.AfterName(found.after))
    return CatalogueAnswer(events=found.events, traits=found.traits, violations=found.violations, cursor=cursor)


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
        for name in context.state.aliases(project).spellings(event):
            for found, count in context.events.value_types(project, name, attribute).items():
                counts[found] = counts.get(found, 0) + count
    except (EventStoreBroken, EventStoreFailed):
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
def list_aliases(access: Access) -> AliasList:
    """Return all merged spellings, by event and attribute."""
    return AliasList(aliases=[_info(row) for row in access.context.state.aliases(access.project).rows])


@changing(Permission.MANAGE)
def merge_name(access: Access, event: str, attribute: str, into: str) -> AliasInfo:
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
    return _info(alias)


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
    wanted = list(dict.fromkeys(names))
    with access.recording("catalogue.deleted", details={"names": [_named(*name) for name in wanted]}) as change:
        with access.context.writer() as writer, _refusals("names"):
            unknown = writer.delete_names(access.project, wanted)
        deleted = [name for name in wanted if name not in unknown]
        change.details = {"names": [_named(*name) for name in deleted]}
        change.has_effect = bool(deleted)
    missing = [NameRequest(event=event or None, attribute=attribute or None) for event, attribute in unknown]
    return DeletedNames(deleted=len(deleted), unknown=missing)


def _check(event: str, attribute: str) -> None:
    if not event and not attribute:
        raise invalid("event", "name an event, an attribute of it, or a trait as an attribute alone")


def _named(event: str, attribute: str) -> dict[str, Any]:
    return {"event": event, "attribute": attribute}


@contextmanager
def _refusals(parameter: str = "") -> Iterator[None]:
    try:
        yield
    except BadAlias as fault:
        raise invalid(parameter, str(fault)) from None
    except UnknownName:
        raise not_found("name in the catalogue") from None


def _info(row: Alias) -> AliasInfo:
    return AliasInfo(
        event=row.event or None, attribute=row.attribute or None, into=row.canonical, at=iso(row.at), who=row.who
    )
