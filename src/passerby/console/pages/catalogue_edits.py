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

from passerby.api import catalogue_edits
from passerby.catalogue.types import DataType
from passerby.console.screens import Visit, action, done, page, screen
from passerby.console.story.refusals import explain
from passerby.services.catalogue_answers import (
    AliasInfo,
    AliasRequest,
    DeleteRequest,
    NameRequest,
    PastValues,
    TypeRequest,
)
from passerby.services.errors import ApiError, invalid
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
    type_ = visit.desk.state.attribute_type(visit.project, event, attribute) if attribute else None
    past = None
    if do == "type" and type_ is not None and to in TYPES:
        past = catalogue_edits.past_values(visit.access, event, attribute, to)
    of_its_kind = [
        each
        for each in catalogue_edits.aliases(visit.access).aliases
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
    except ApiError as error:
        view = await visit.run(_view, visit, data.event, data.attribute, data.do, data.to)
        return page("catalogue-edit.html", status=STATUS[error.code], visit=visit, view=view, refusal=explain(error))
    await visit.note(_ACTIONS[data.do], "", msgspec.to_builtins(data))
    return done(visit, "/catalogue", "catalogue-edited")


def _edit(visit: Visit, form: EditForm) -> None:
    event, attribute = form.event or None, form.attribute or None
    try:
        match form.do:
            case "type":
                request = {"event": event, "attribute": attribute, "type": form.to}
                catalogue_edits.changed_type(visit.access, msgspec.convert(request, TypeRequest))
            case "merge":
                into = msgspec.convert({"event": event, "attribute": attribute, "into": form.to}, AliasRequest)
                catalogue_edits.added_alias(visit.access, visit.who, into)
            case "undo":
                catalogue_edits.undone_alias(visit.access, NameRequest(event=event, attribute=attribute))
            case "delete":
                name = NameRequest(event=event, attribute=attribute)
                if catalogue_edits.deleted_names(visit.access, DeleteRequest(names=[name])).unknown:
                    raise catalogue_edits.unknown_name()
            case _:
                raise invalid("do", "choose what to do")
    except msgspec.ValidationError as fault:
        raise invalid("to", str(fault)) from None


_ACTIONS: Final = {
    "type": "catalogue.type_changed",
    "merge": "catalogue.merged",
    "undo": "catalogue.merge_undone",
    "delete": "catalogue.deleted",
}

routes = [screen(PATH, gather, "catalogue-edit.html"), action(PATH, edit)]
