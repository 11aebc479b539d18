"""Annotations of the catalogue: which events, attributes and traits are planned or hidden, and their descriptions."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from passerby.accounts.annotations import Annotation
from passerby.accounts.errors import TooManyAnnotations
from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.errors import invalid
from passerby.services.use_cases import changing, reading


class AnnotationChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What to change about an annotation; `UNSET` keeps a value."""

    planned: bool | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    description: str | UnsetType = UNSET


@reading()
def list_annotations(access: Access) -> list[Annotation]:
    """Return all annotations, by event and attribute."""
    with access.context.control() as control:
        return control.annotations(access.project)


@changing(Permission.MANAGE)
def annotate(access: Access, event: str, attribute: str, changes: AnnotationChanges) -> Annotation:
    """Annotate an event (attribute ""), an attribute of it, or a trait (event ""). Raises InvalidParameters."""
    if not event and not attribute:
        raise invalid("event", "name an event, an attribute of it, or a trait as an attribute alone")
    given = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET}
    now, who = access.context.now(), access.caller.label
    details = {"event": event or None, "attribute": attribute or None} | given
    recorded = access.recording("catalogue.marked", details=details)
    with recorded, access.context.control() as control, control.transaction():
        try:
            annotation = control.change_annotation(access.project, event, attribute, changed_at=now, who=who, **given)
        except TooManyAnnotations as fault:
            raise invalid("event", str(fault)) from None
    return annotation
