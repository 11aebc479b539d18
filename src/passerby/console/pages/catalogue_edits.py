"""Editing one name of the catalogue: its type, merging it into another name, deleting it.

Each change is confirmed on the page first: `do` names it, and the page says what will happen.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter, URLEncodedBody
from msgspec import Meta

from passerby.catalogue.types import DataType
from passerby.console.screens import Visit, action, done, page, screen
from passerby.console.story.refusals import explain
from passerby.services import catalogue
from passerby.services.catalogue_answers import AliasInfo, PastValues
from passerby.services.errors import ServiceError, invalid, not_found
from passerby.web.errors import STATUS

PATH = "/catalogue/edit"
TYPES: Final[tuple[DataType, ...]] = get_args(DataType)

Do = Literal["", "type", "merge", "delete", "undo"]
Name = Annotated[str, QueryParameter(max_length=500)]
_Text = Annotated[str, Meta(max_length=500)]


class EditForm(msgspec.Struct, kw_only=True):
    """What to do with which name; `to` is the new type, or the name to merge into."""

    event: _Text = ""
    attribute: _Text = ""
    do: Do
    to: _Text = ""


class EditView(msgspec.Struct, kw_only=True):
    """A name of the catalogue, and the change that is to be confirmed, if one is asked for.

    `type` is null for an event name. `past` are the values that fit the new type, for a change of the type. `merged` is
    the name's own merge, `spellings` are the merges into it.
    """

    event: str
    attribute: str
    do: Do
    to: str
    type: DataType | None
    types: list[str]
    past: PastValues | None
    merged: AliasInfo | None
    spellings: list[AliasInfo]


async def gather(
    visit: NamedDependency[Visit], event: Name = "", attribute: Name = "", do: FromQuery[Do] = "", to: Name = ""
) -> EditView:
    if not event and not attribute:
        raise invalid("event", "name an event, an attribute of it, or a trait as an attribute alone")
    return await visit.run(_view, visit, event, attribute, do, to)


def _view(visit: Visit, event: str, attribute: str, do: Do, to: str) -> EditView:
    type_ = catalogue.get_type(visit.access, event, attribute) if attribute else None
    past = None
    if do == "type" and type_ is not None and to in TYPES:
        past = catalogue.count_past_values(visit.access, event, attribute, to)
    of_its_kind = [
        each
        for each in catalogue.list_aliases(visit.access).aliases
        if bool(each.attribute) == bool(attribute) and (not attribute or (each.event or "") == event)
    ]
    name = attribute or event
    return EditView(
        event=event,
        attribute=attribute,
        do=do if to or do in {"delete", "undo"} else "",
        to=to,
        type=type_,
        types=list(TYPES),
        past=past,
        merged=next((each for each in of_its_kind if (each.attribute or each.event) == name), None),
        spellings=[each for each in of_its_kind if each.into == name],
    )


async def edit(visit: NamedDependency[Visit], data: URLEncodedBody[EditForm]) -> Response[Any]:
    try:
        await visit.run(_edit, visit, data)
    except ServiceError as error:
        view = await visit.run(_view, visit, data.event, data.attribute, data.do, data.to)
        return page("catalogue-edit.html", status=STATUS[error.code], visit=visit, view=view, refusal=explain(error))
    return done(visit, "/catalogue", "catalogue-edited")


def _edit(visit: Visit, form: EditForm) -> None:
    name = form.event, form.attribute
    match form.do:
        case "type":
            if not form.attribute or form.to not in TYPES:
                raise invalid("to", f"Expected an attribute and one of the types {', '.join(TYPES)}")
            catalogue.change_type(visit.access, *name, form.to)
        case "merge":
            catalogue.merge_name(visit.access, *name, form.to)
        case "undo":
            catalogue.unmerge_name(visit.access, *name)
        case "delete":
            if catalogue.delete_names(visit.access, [name]).unknown:
                raise not_found("name in the catalogue")
        case _:
            raise invalid("do", "choose what to do")


routes = [screen(PATH, gather, "catalogue-edit.html"), action(PATH, edit)]
