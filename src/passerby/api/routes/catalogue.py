"""Routes of the catalogue: reading it, editing types and names, annotations, and event counts."""

from __future__ import annotations

from typing import Annotated

from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from passerby.api.auth import AT_ONCE
from passerby.api.conversion import converting
from passerby.api.openapi.examples import catalogue as examples
from passerby.api.openapi.responses import changing, reading
from passerby.catalogue.types import DataType
from passerby.schemas.catalogue import (
    AliasInfo,
    AliasList,
    AliasRequest,
    AnnotationInfo,
    AnnotationList,
    AnnotationRequest,
    CatalogueAnswer,
    DeletedNamesJson,
    DeleteRequest,
    NameRequest,
    TypeChanged,
    TypeRequest,
    alias_info,
    alias_list,
    annotation_info,
    annotation_list,
    catalogue_answer,
    deleted_names_json,
)
from passerby.schemas.counts import DailyCountsJson, daily_counts_json
from passerby.services import catalogue, series, tracking_plan
from passerby.services.access import ServerAccess
from passerby.services.catalogue import PastValues
from passerby.services.cursors import Page
from passerby.services.errors import ErrorCode
from passerby.web.parameters import LONG_PAGED, Limit

TOP = 100
"""Event names that are counted when the query has no limit."""

_TAGS = ["Project"]

EventQuery = Annotated[
    str | None, QueryParameter(name="event", max_length=500, description="An event name. Leave it out for a trait.")
]
AttributeQuery = Annotated[
    str,
    QueryParameter(
        name="attribute", min_length=1, max_length=500, description="An attribute of the event, or a trait."
    ),
]
TypeQuery = Annotated[DataType, QueryParameter(name="type", description="The data type to compare values with.")]

Days = Annotated[
    int, QueryParameter(name="days", ge=1, le=366, description="Number of days, the last of which is today.")
]


@get(
    "/catalogue",
    operation_id="getCatalogue",
    summary="Events, attributes and violations",
    description="Event names with their attributes, types, counts and validation errors; the traits of profiles; and "
    "the newest validation errors that belong to no event of the catalogue.",
    tags=_TAGS,
    dependencies=LONG_PAGED,
    responses=reading(CatalogueAnswer, examples.CATALOGUE),
)
async def get_catalogue(access: NamedDependency[ServerAccess], page: NamedDependency[Page]) -> CatalogueAnswer:
    return await access.run(converting(catalogue.get_catalogue, catalogue_answer), access, page)


@get(
    "/catalogue/attributes/values",
    operation_id="countValuesByType",
    summary="Count past values by type",
    description="Counts the recorded values of an attribute, or of a trait of the newest profiles, that have a type "
    "and that do not: what a change of the type would affect.",
    tags=_TAGS,
    responses=reading(PastValues, examples.VALUES, ErrorCode.NOT_FOUND),
)
async def count_values(
    access: NamedDependency[ServerAccess], attribute: AttributeQuery, type_: TypeQuery, event: EventQuery = None
) -> PastValues:
    return await access.run(catalogue.count_past_values, access, event or "", attribute, type_)


@patch(
    "/catalogue/attributes",
    operation_id="changeAttributeType",
    summary="Change the type of an attribute",
    description="Sets the type that values are checked against from then on. Recorded values stay as they are; the "
    "answer counts those that fit the new type. Validation errors of the former type are cleared.",
    tags=_TAGS,
    dependencies=AT_ONCE,
    responses=changing(TypeChanged, examples.TYPE_CHANGED, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND),
)
async def change_type(access: NamedDependency[ServerAccess], data: JSONBody[TypeRequest]) -> TypeChanged:
    name = data.event or "", data.attribute, data.type
    # Counted first: an unknown attribute is answered with 404 before a change is recorded.
    past = await access.run(catalogue.count_past_values, access, *name)
    before = await access.run(catalogue.change_type, access, *name)
    return TypeChanged(event=data.event, attribute=data.attribute, type=data.type, previous_type=before, past=past)


@get(
    "/catalogue/aliases",
    operation_id="listAliases",
    summary="Merged spellings",
    description="Every spelling of an event name, attribute or trait that was merged into another name.",
    tags=_TAGS,
    responses=reading(AliasList, examples.ALIASES),
)
async def list_aliases(access: NamedDependency[ServerAccess]) -> AliasList:
    return await access.run(converting(catalogue.list_aliases, alias_list), access)


@post(
    "/catalogue/aliases",
    operation_id="addAlias",
    summary="Merge a spelling into another name",
    description="Messages that are applied from then on are recorded under the name `into`; an event keeps its own in "
    "`context.sent_name`. What was recorded before keeps its name: the catalogue, volumes, timelines by name and "
    "profiles bring it together. Can be undone.",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(AliasInfo, examples.ALIAS, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND),
)
async def add_alias(access: NamedDependency[ServerAccess], data: JSONBody[AliasRequest]) -> AliasInfo:
    merge = converting(catalogue.merge_name, alias_info)
    return await access.run(merge, access, data.event or "", data.attribute or "", data.into)


@post(
    "/catalogue/aliases/undo",
    operation_id="undoAlias",
    summary="Undo a merged spelling",
    description="The two names are distinct again. What was recorded in between stays under the name that it was "
    "merged into.",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(AliasList, examples.ALIASES, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND),
)
async def undo_alias(access: NamedDependency[ServerAccess], data: JSONBody[NameRequest]) -> AliasList:
    await access.run(catalogue.unmerge_name, access, data.event or "", data.attribute or "")
    return await access.run(converting(catalogue.list_aliases, alias_list), access)


@post(
    "/catalogue/delete",
    operation_id="deleteNames",
    summary="Delete names from the catalogue",
    description="Event names, attributes and traits leave the catalogue with their counts and violations, and free "
    "their places. Recorded events and profiles stay as they are. A name that is sent again comes back.",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(DeletedNamesJson, examples.DELETED, ErrorCode.INVALID_PARAMETER),
)
async def delete_names(access: NamedDependency[ServerAccess], data: JSONBody[DeleteRequest]) -> DeletedNamesJson:
    names = [(name.event or "", name.attribute or "") for name in data.names]
    return await access.run(converting(catalogue.delete_names, deleted_names_json), access, names)


@get(
    "/catalogue/annotations",
    operation_id="listAnnotations",
    summary="Annotations of the catalogue",
    description="Which events, attributes and traits are planned or hidden, and their descriptions.",
    tags=_TAGS,
    responses=reading(AnnotationList, examples.ANNOTATIONS),
)
async def list_annotations(access: NamedDependency[ServerAccess]) -> AnnotationList:
    return await access.run(converting(tracking_plan.list_annotations, annotation_list), access)


@patch(
    "/catalogue/annotations",
    operation_id="setAnnotation",
    summary="Plan, describe or hide",
    description="Annotates an event, one of its attributes, or (without `event`) a trait of profiles. Which messages "
    "are accepted does not change.",
    tags=_TAGS,
    dependencies=AT_ONCE,
    responses=changing(AnnotationInfo, examples.ANNOTATION, ErrorCode.INVALID_PARAMETER),
)
async def set_annotation(access: NamedDependency[ServerAccess], data: JSONBody[AnnotationRequest]) -> AnnotationInfo:
    change = converting(tracking_plan.annotate, annotation_info)
    return await access.run(change, access, data.event or "", data.attribute or "", data.changes())


@get(
    "/catalogue/event-counts",
    operation_id="listEventCounts",
    summary="Events by day",
    description="How many events of each name happened on each day (UTC), the most frequent names first. Up to a "
    "minute old.",
    tags=_TAGS,
    responses=reading(DailyCountsJson, examples.DAILY_COUNTS, ErrorCode.EVENTS_UNAVAILABLE),
)
async def list_event_counts(
    access: NamedDependency[ServerAccess], days: Days = 30, limit: Limit = TOP
) -> DailyCountsJson:
    return await access.run(converting(series.count_events_by_day, daily_counts_json), access, days, limit)
