"""Annotations of the data catalog: description, planned and hidden, of an event, attribute or trait."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar.di import NamedDependency
from litestar.params import QueryParameter, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from passerby.accounts.annotations import Annotation
from passerby.console.routing import SEE_OTHER, PageContext, form_route, page_route
from passerby.services import tracking_plan
from passerby.services.errors import invalid
from passerby.services.tracking_plan import AnnotationChanges

PATH = "/catalogue/mark"

Name = Annotated[str, QueryParameter(max_length=500)]


class MarkForm(msgspec.Struct, kw_only=True):
    """The form. Browsers do not send unchecked boxes."""

    event: Annotated[str, Meta(max_length=500)] = ""
    attribute: Annotated[str, Meta(max_length=500)] = ""
    planned: bool = False
    hidden: bool = False
    description: Annotated[str, Meta(max_length=2_000)] = ""


class MarkView(msgspec.Struct, kw_only=True):
    """The current annotation."""

    mark: Annotation


async def load(page: NamedDependency[PageContext], event: Name = "", attribute: Name = "") -> MarkView:
    if not event.strip() and not attribute.strip():
        raise invalid("event", "name an event, an attribute of it, or a trait as an attribute alone")
    subject = event.strip(), attribute.strip()
    known = await page.run(tracking_plan.list_annotations, page.access)
    found = next((each for each in known if (each.event, each.attribute) == subject), None)
    return MarkView(mark=found or Annotation(event=subject[0], attribute=subject[1]))


async def mark(page: NamedDependency[PageContext], data: URLEncodedBody[MarkForm]) -> Redirect:
    changes = AnnotationChanges(planned=data.planned, hidden=data.hidden, description=data.description.strip())
    await page.run(tracking_plan.annotate, page.access, data.event, data.attribute, changes)
    return Redirect(page.url("/catalogue", part="" if data.event else "traits", said="marked"), status_code=SEE_OTHER)


routes = [page_route(PATH, load, "annotation.html"), form_route(PATH, mark)]
