"""Editing the catalogue: types, merged spellings, deleted names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from litestar import get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, QueryParameter

from passerby.api import examples_catalogue as examples
from passerby.api.access import access_at_once
from passerby.api.authorization import who_of
from passerby.api.describe import changing, reading
from passerby.catalogue.aliases import Alias, BadAlias, UnknownName
from passerby.catalogue.types import DataType
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed
from passerby.services.access import Access
from passerby.services.catalogue_answers import (
    AliasInfo,
    AliasList,
    AliasRequest,
    DeletedNames,
    DeleteRequest,
    NameRequest,
    PastValues,
    TypeChanged,
    TypeRequest,
)
from passerby.services.errors import ApiError, ErrorCode, invalid, not_found
from passerby.times import iso

_TAGS = ["Project"]
_AT_ONCE = {"access": Provide(access_at_once, sync_to_thread=False)}
_BY = {**_AT_ONCE, "who": Provide(who_of, sync_to_thread=False)}

EventQuery = Annotated[
    str | None, QueryParameter(name="event", max_length=500, description="An event name; without it, a trait is meant.")
]
AttributeQuery = Annotated[
    str,
    QueryParameter(
        name="attribute", min_length=1, max_length=500, description="An attribute of the event, or a trait."
    ),
]
TypeQuery = Annotated[DataType, QueryParameter(name="type", description="The data type to compare values with.")]


@get(
    "/catalogue/attributes/values",
    operation_id="countValuesByType",
    summary="How many past values fit a type",
    description="Counts the recorded values of an attribute, or of a trait of the newest profiles, that are of a type "
    "and that are not: what a reader would skip after a change of the type.",
    tags=_TAGS,
    responses=reading(PastValues, examples.VALUES, ErrorCode.NOT_FOUND),
)
async def count_values(
    access: NamedDependency[Access], attribute: AttributeQuery, type_: TypeQuery, event: EventQuery = None
) -> PastValues:
    return await access.run(past_values, access, event or "", attribute, type_)


@patch(
    "/catalogue/attributes",
    operation_id="changeAttributeType",
    summary="Change the type of an attribute",
    description="The catalogue's type becomes this one, for values that are applied from then on. The answer counts "
    "the past values that fit it, which stay as they were recorded. Violations of the former type are cleared.",
    tags=_TAGS,
    dependencies=_AT_ONCE,
    responses=changing(TypeChanged, examples.TYPE_CHANGED, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND),
)
async def change_type(access: NamedDependency[Access], data: JSONBody[TypeRequest]) -> TypeChanged:
    return await access.run(changed_type, access, data)


@get(
    "/catalogue/aliases",
    operation_id="listAliases",
    summary="Merged spellings",
    description="Every spelling of an event name, attribute or trait that was merged into another name.",
    tags=_TAGS,
    responses=reading(AliasList, examples.ALIASES),
)
async def list_aliases(access: NamedDependency[Access]) -> AliasList:
    return await access.run(aliases, access)


@post(
    "/catalogue/aliases",
    operation_id="addAlias",
    summary="Merge a spelling into another name",
    description="Messages that are applied from then on are recorded under the name `into`; an event keeps its own in "
    "`context.sent_name`. What was recorded before keeps its name: the catalogue, volumes, timelines by name and "
    "profiles bring it together. Can be undone.",
    tags=_TAGS,
    status_code=200,
    dependencies=_BY,
    responses=changing(AliasInfo, examples.ALIAS, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND),
)
async def add_alias(
    access: NamedDependency[Access], who: NamedDependency[str], data: JSONBody[AliasRequest]
) -> AliasInfo:
    return await access.run(added_alias, access, who, data)


@post(
    "/catalogue/aliases/undo",
    operation_id="undoAlias",
    summary="Undo a merged spelling",
    description="The two names are distinct again. What was recorded in between stays under the name that it was "
    "merged into.",
    tags=_TAGS,
    status_code=200,
    dependencies=_AT_ONCE,
    responses=changing(AliasList, examples.ALIASES, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND),
)
async def undo_alias(access: NamedDependency[Access], data: JSONBody[NameRequest]) -> AliasList:
    return await access.run(undone_alias, access, data)


@post(
    "/catalogue/delete",
    operation_id="deleteNames",
    summary="Delete names from the catalogue",
    description="Event names, attributes and traits leave the catalogue with their counts and violations, and free "
    "their places. Recorded events and profiles stay as they are. A name that is sent again comes back.",
    tags=_TAGS,
    status_code=200,
    dependencies=_AT_ONCE,
    responses=changing(DeletedNames, examples.DELETED, ErrorCode.INVALID_PARAMETER),
)
async def delete_names(access: NamedDependency[Access], data: JSONBody[DeleteRequest]) -> DeletedNames:
    return await access.run(deleted_names, access, data)


def past_values(access: Access, event: str, attribute: str, type_: DataType) -> PastValues:
    """Count the past values of an attribute of an event, or of a trait (""). Raises ApiError for an unknown one."""
    desk, project = access
    if desk.state.attribute_type(project, event, attribute) is None:
        raise not_found("attribute in the catalogue")
    if not event:
        counts, complete = desk.state.trait_types(project, attribute)
        return _values(counts, type_, complete=complete)
    counts = {}
    try:
        for name in desk.state.aliases(project).spellings(event):
            for found, count in desk.events.value_types(project, name, attribute).items():
                counts[found] = counts.get(found, 0) + count
    except (EventStoreBroken, EventStoreFailed):
        return PastValues(fitting=None, other=None, complete=False)
    return _values(counts, type_, complete=True)


def _values(counts: dict[str, int], type_: DataType, *, complete: bool) -> PastValues:
    fitting = counts.get(type_, 0)
    return PastValues(fitting=fitting, other=sum(counts.values()) - fitting, complete=complete)


def changed_type(access: Access, request: TypeRequest) -> TypeChanged:
    """Give an attribute another type."""
    event = request.event or ""
    past = past_values(access, event, request.attribute, request.type)
    with access.desk.writer() as state, _refused():
        before = state.change_type(access.project, event, request.attribute, request.type)
    return TypeChanged(
        event=request.event, attribute=request.attribute, type=request.type, previous_type=before, past=past
    )


def aliases(access: Access) -> AliasList:
    """All merged spellings."""
    return AliasList(aliases=[_info(row) for row in access.desk.state.aliases(access.project).rows])


def added_alias(access: Access, who: str, request: AliasRequest) -> AliasInfo:
    """Merge a spelling into another name."""
    event, attribute = _names(request.event, request.attribute)
    if not request.into.strip():
        raise invalid("into", "Expected the name to merge into, got an empty text")
    alias = Alias(event, attribute, request.into, access.desk.now(), who)
    with access.desk.writer() as state, _refused("into"):
        state.add_alias(access.project, alias)
    return _info(alias)


def undone_alias(access: Access, request: NameRequest) -> AliasList:
    """Undo a merged spelling."""
    with access.desk.writer() as state, _refused():
        state.remove_alias(access.project, *_names(request.event, request.attribute))
    return aliases(access)


def deleted_names(access: Access, request: DeleteRequest) -> DeletedNames:
    """Delete names in one transaction, and list those that the catalogue does not have."""
    names = list(dict.fromkeys(_names(name.event, name.attribute) for name in request.names))
    with access.desk.writer() as state, _refused("names"):
        unknown = state.delete_names(access.project, names)
    missing = [NameRequest(event=event or None, attribute=attribute or None) for event, attribute in unknown]
    return DeletedNames(deleted=len(names) - len(unknown), unknown=missing)


def unknown_name() -> ApiError:
    """The refusal of a name that the catalogue does not have."""
    return not_found("name in the catalogue")


def _names(event: str | None, attribute: str | None) -> tuple[str, str]:
    if not event and not attribute:
        raise invalid("event", "name an event, an attribute of it, or a trait as an attribute alone")
    return event or "", attribute or ""


@contextmanager
def _refused(parameter: str = "") -> Iterator[None]:
    """What the state refuses, in the API's words."""
    try:
        yield
    except BadAlias as fault:
        raise invalid(parameter, str(fault)) from None
    except UnknownName:
        raise unknown_name() from None


def _info(row: Alias) -> AliasInfo:
    return AliasInfo(
        event=row.event or None, attribute=row.attribute or None, into=row.canonical, at=iso(row.at), who=row.who
    )


ROUTES = [count_values, change_type, list_aliases, add_alias, undo_alias, delete_names]
