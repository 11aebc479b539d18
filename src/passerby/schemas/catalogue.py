"""JSON of the catalogue, its edits and its annotations. Without `event`, an attribute is a trait of profiles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from passerby.accounts.annotations import Annotation
from passerby.catalogue.aliases import Alias
from passerby.catalogue.types import DataType
from passerby.clock import iso
from passerby.messages import StandardEvent
from passerby.schemas.published import Json
from passerby.services.catalogue import CataloguePage, DeletedNames, PastValues
from passerby.services.tracking_plan import AnnotationChanges
from passerby.state.views import CatalogueAttribute, CatalogueEvent, CatalogueViolation, OtherViolation

NAME = 500
"""Length of the longest name, in characters: the most that the settings allow."""
AT_ONCE = 1_000
"""Names in one request."""

Name = Annotated[str, Meta(min_length=1, max_length=NAME)]


class CatalogueAttributeJson(Json, kw_only=True):
    """An attribute of an event, or a trait of profiles. `count` is of accepted values; times are ISO 8601 in UTC.

    `spellings` are other names that an administrator merged into this one: their values are counted here.
    """

    name: str
    type: DataType
    count: int
    first_seen: str
    last_seen: str
    spellings: list[str] = msgspec.field(default_factory=list)


class CatalogueViolationJson(Json, kw_only=True):
    """Validation errors of one kind. `attribute` is empty if the error concerns the whole event or message."""

    kind: str
    attribute: str
    count: int
    last_at: str
    sample: str


class OtherViolationJson(CatalogueViolationJson, kw_only=True):
    """Validation errors of no catalogued event; `event` is the name as sent, if there was one."""

    event: str | None


class CatalogueEventJson(Json, kw_only=True):
    """Events of one name. `semantic` is the standard event that a dialect defines for this name, if any.

    `spellings` are other names that an administrator merged into this one: their events are counted here.
    """

    name: str
    semantic: StandardEvent | None
    count: int
    first_seen: str
    last_seen: str
    attributes: list[CatalogueAttributeJson]
    violations: list[CatalogueViolationJson]
    spellings: list[str] = msgspec.field(default_factory=list)


class CatalogueAnswer(msgspec.Struct, kw_only=True):
    """Events by name with their attributes and violations, the traits of profiles, and all other violations."""

    events: list[CatalogueEventJson]
    traits: list[CatalogueAttributeJson]
    violations: list[OtherViolationJson]
    cursor: str | None


class NameRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An event name (no `attribute`), an attribute of an event, or a trait (no `event`)."""

    event: Name | None = None
    attribute: Name | None = None


class TypeRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An attribute of an event, or a trait (no `event`), and the type to give it."""

    event: Name | None = None
    attribute: Name
    type: DataType


class AliasRequest(NameRequest, kw_only=True, forbid_unknown_fields=True):
    """A spelling, and the name to merge it into: of an attribute, another attribute of the same event."""

    into: Name


class DeleteRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The names to delete from the catalogue."""

    names: Annotated[list[NameRequest], Meta(min_length=1, max_length=AT_ONCE)]


class TypeChanged(msgspec.Struct, kw_only=True):
    """An attribute with its new type and the one before, and how many past values fit the new one."""

    event: str | None
    attribute: str
    type: DataType
    previous_type: DataType
    past: PastValues


class AliasInfo(msgspec.Struct, kw_only=True):
    """A spelling of an event name, attribute or trait that is merged into the name `into`."""

    event: str | None
    attribute: str | None
    into: str
    at: str
    who: str


class AliasList(msgspec.Struct, kw_only=True):
    """All merged spellings, by event and attribute."""

    aliases: list[AliasInfo]


class DeletedNamesJson(Json, kw_only=True):
    """How many names were deleted, and which of the request the catalogue does not have."""

    deleted: int
    unknown: list[NameRequest]


class AnnotationInfo(msgspec.Struct, kw_only=True):
    """The annotation of an event (no `attribute`), of an attribute of it, or of a trait (no `event`).

    `changed_at` is null where there is none yet.
    """

    event: str | None
    attribute: str | None
    planned: bool
    hidden: bool
    description: str
    changed_at: str | None
    who: str


class AnnotationList(msgspec.Struct, kw_only=True):
    """All annotations, by event and attribute."""

    marks: list[AnnotationInfo]


class AnnotationRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An annotation to change; fields that are not given keep their values. Events can be planned before any arrive."""

    event: Name | None = None
    attribute: Name | None = None
    planned: bool | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=2_000)] | UnsetType = UNSET

    def changes(self) -> AnnotationChanges:
        """Return the changes as the service takes them."""
        return AnnotationChanges(planned=self.planned, hidden=self.hidden, description=self.description)


def catalogue_answer(found: CataloguePage) -> CatalogueAnswer:
    """Return the JSON of a page of the catalogue."""
    return CatalogueAnswer(
        events=list(map(_event, found.events)),
        traits=list(map(_attribute, found.traits)),
        violations=list(map(other_violation_json, found.violations)),
        cursor=found.cursor,
    )


def _event(event: CatalogueEvent) -> CatalogueEventJson:
    return CatalogueEventJson(
        name=event.name,
        semantic=event.semantic,
        count=event.count,
        first_seen=iso(event.first_seen),
        last_seen=iso(event.last_seen),
        attributes=list(map(_attribute, event.attributes)),
        violations=[CatalogueViolationJson(**_violation(each)) for each in event.violations],
        spellings=event.spellings,
    )


def _attribute(attribute: CatalogueAttribute) -> CatalogueAttributeJson:
    return CatalogueAttributeJson(
        name=attribute.name,
        type=attribute.type,
        count=attribute.count,
        first_seen=iso(attribute.first_seen),
        last_seen=iso(attribute.last_seen),
        spellings=attribute.spellings,
    )


def other_violation_json(violation: OtherViolation) -> OtherViolationJson:
    """Return the JSON of validation errors of no catalogued event."""
    return OtherViolationJson(**_violation(violation), event=violation.event)


def _violation(violation: CatalogueViolation) -> dict[str, Any]:
    return {
        "kind": violation.kind,
        "attribute": violation.attribute,
        "count": violation.count,
        "last_at": iso(violation.last_at),
        "sample": violation.sample,
    }


def alias_info(alias: Alias) -> AliasInfo:
    """Return the JSON of an alias: a spelling that is merged into another name."""
    return AliasInfo(
        event=alias.event or None,
        attribute=alias.attribute or None,
        into=alias.canonical,
        at=iso(alias.at),
        who=alias.who,
    )


def alias_list(aliases: Iterable[Alias]) -> AliasList:
    """Return the JSON of aliases: spellings that are merged into other names."""
    return AliasList(aliases=list(map(alias_info, aliases)))


def deleted_names_json(done: DeletedNames) -> DeletedNamesJson:
    """Return the JSON of a deletion of names."""
    unknown = [NameRequest(event=event or None, attribute=attribute or None) for event, attribute in done.unknown]
    return DeletedNamesJson(deleted=done.deleted, unknown=unknown)


def annotation_info(annotation: Annotation) -> AnnotationInfo:
    """Return the JSON of an annotation."""
    return AnnotationInfo(
        event=annotation.event or None,
        attribute=annotation.attribute or None,
        planned=annotation.planned,
        hidden=annotation.hidden,
        description=annotation.description,
        changed_at=iso(annotation.changed_at) if annotation.changed_at else None,
        who=annotation.who,
    )


def annotation_list(annotations: Iterable[Annotation]) -> AnnotationList:
    """Return the JSON of annotations."""
    return AnnotationList(marks=list(map(annotation_info, annotations)))
