"""Annotations of the catalogue: which events, attributes and traits are planned or hidden, and their descriptions."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from passerby.accounts.annotations import Annotation
from passerby.accounts.errors import TooManyAnnotations
from passerby.clock import iso
from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.errors import invalid
from passerby.services.management_answers import MarkInfo, MarkList, MarkRequest
from passerby.services.use_cases import changing, reading


@reading()
def list_annotations(access: Access) -> MarkList:
    """Return all annotations, by event and attribute."""
    with access.context.control() as control:
        return MarkList(marks=[_info(each) for each in control.annotations(access.project)])


@changing(Permission.MANAGE)
def annotate(access: Access, request: MarkRequest) -> MarkInfo:
    """Annotate an event, attribute or trait; fields that are not given stay. Raises InvalidParameters."""
    if request.event is None and request.attribute is None:
        raise invalid("event", "name an event, an attribute of it, or a trait as an attribute alone")
    given = {name: getattr(request, name) for name in ("planned", "hidden", "description")}
    changed = {name: value for name, value in given.items() if value is not UNSET}
    now, who = access.context.now(), access.caller.label
    recorded = access.recording("catalogue.marked", details=msgspec.to_builtins(request))
    with recorded, access.context.control() as control, control.transaction():
        try:
            mark = control.change_annotation(
                access.project, request.event or "", request.attribute or "", changed_at=now, who=who, **changed
            )
        except TooManyAnnotations as fault:
            raise invalid("event", str(fault)) from None
    return _info(mark)


def _info(mark: Annotation) -> MarkInfo:
    return MarkInfo(
        event=mark.event or None,
        attribute=mark.attribute or None,
        planned=mark.planned,
        hidden=mark.hidden,
        description=mark.description,
        changed_at=iso(mark.changed_at) if mark.changed_at else None,
        who=mark.who,
    )
