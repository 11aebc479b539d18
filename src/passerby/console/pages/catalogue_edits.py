"""Edits of one name of the data catalog: change its type, merge it into another name, undo a merge, delete it.

Each change is confirmed first: `do` names it, and the page shows its effects.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter, URLEncodedBody
from msgspec import Meta

from passerby.catalogue.aliases import Alias
from passerby.catalogue.types import DataType
from passerby.console.presenters.errors import error_texts
from passerby.console.routing import PageContext, form_route, page_route, redirect_to, render_page
from passerby.services import catalogue
from passerby.services.catalogue import PastValues
from passerby.services.errors import ServiceError, invalid, not_found
from passerby.web.errors import STATUS

PATH = "/catalogue/edit"
TYPES: Final[tuple[DataType, ...]] = get_args(DataType)

Do = Literal["", "type", "merge", "delete", "undo"]
Name = Annotated[str, QueryParameter(max_length=500)]
_Text = Annotated[str, Meta(max_length=500)]


class EditForm(msgspec.Struct, kw_only=True):
    """The form: the name, the change, and in `to` the new type or the name to merge into."""

    event: _Text = ""
    attribute: _Text = ""
    do: Do
    to: _Text = ""


class EditView(msgspec.Struct, kw_only=True):
    """A name of the data catalog, and the change to be confirmed, "" for none.

    `type` is null for an event name. `past` counts the values that fit the new type, for a change of the type. `merged`
    is the merge of this name into another one, `spellings` are the merges into this name.
    """

    event: str
    attribute: str
    do: Do
    to: str
    type: DataType | None
    types: list[str]
    past: PastValues | None
    merged: Alias | None
    spellings: list[Alias]


async def load(
    page: NamedDependency[PageContext], event: Name = "", attribute: Name = "", do: FromQuery[Do] = "", to: Name = ""
) -> EditView:
    if not event and not attribute:
        raise invalid("event", "name an event, an attribute of it, or a trait as an attribute alone")
    return await page.run(_view, page, event, attribute, do, to)


def _view(page: PageContext, event: str, attribute: str, do: Do, to: str) -> EditView:
    type_ = catalogue.get_type(page.access, event, attribute) if attribute else None
    past = None
    if do == "type" and type_ is not None and to in TYPES:
        past = catalogue.count_past_values(page.access, event, attribute, to)
    of_its_kind = [
        each
        for each in catalogue.list_aliases(page.access)
        if bool(each.attribute) == bool(attribute) and (not attribute or each.event == event)
    ]
    name = attribute or event
    return EditView(
        event=event,
        attribute=attribute,
        # A form that was sent without a value asks for nothing yet.
        do=do if to or do in {"delete", "undo"} else "",
        to=to,
        type=type_,
        types=list(TYPES),
        past=past,
        merged=next((each for each in of_its_kind if (each.attribute or each.event) == name), None),
        spellings=[each for each in of_its_kind if each.canonical == name],
    )


async def edit(page: NamedDependency[PageContext], data: URLEncodedBody[EditForm]) -> Response[Any]:
    try:
        await page.run(_edit, page, data)
    except ServiceError as error:
        view = await page.run(_view, page, data.event, data.attribute, data.do, data.to)
        return render_page(
            "catalogue-edit.html", status=STATUS[error.code], page=page, view=view, error=error_texts(error)
        )
    return redirect_to(page, "/catalogue", "catalogue-edited")


def _edit(page: PageContext, form: EditForm) -> None:
    name = form.event, form.attribute
    match form.do:
        case "type":
            if not form.attribute or form.to not in TYPES:
                raise invalid("to", f"expected an attribute and one of the types {', '.join(TYPES)}")
            catalogue.change_type(page.access, *name, form.to)
        case "merge":
            catalogue.merge_name(page.access, *name, form.to)
        case "undo":
            catalogue.unmerge_name(page.access, *name)
        case "delete":
            if catalogue.delete_names(page.access, [name]).unknown:
                raise not_found("name in the data catalog")
        case _:
            raise invalid("do", "choose what to do")


routes = [page_route(PATH, load, "catalogue-edit.html"), form_route(PATH, edit)]
