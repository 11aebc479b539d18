"""Possible duplicates: the list of pairs, and the comparison of two profiles, which can be merged or dismissed."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Meta

from passerby.console.presenters.errors import error_texts
from passerby.console.routing import PageContext, form_route, page_route, redirect_to, render_page
from passerby.services import duplicates
from passerby.services.cursors import Page
from passerby.services.duplicates import DuplicatePage
from passerby.services.errors import ServiceError
from passerby.state.views import Duplicate
from passerby.web.errors import STATUS
from passerby.web.parameters import Cursor

SHOWN = 25
TRAITS = 200
"""Traits that are compared: first those that both profiles have."""

LIST = "/duplicates"
PAIR = "/duplicates/{one:str}/{other:str}"


class DismissForm(msgspec.Struct, kw_only=True):
    """The form: an optional reason."""

    reason: Annotated[str, Meta(max_length=1_000)] = ""


class RestoreForm(msgspec.Struct, kw_only=True):
    """The form: only its button."""


class DuplicatesView(msgspec.Struct, kw_only=True):
    """A page of possible duplicates, or of dismissed ones."""

    found: DuplicatePage
    dismissed: bool
    cursor: str | None


class ComparedTrait(msgspec.Struct, kw_only=True):
    """A trait of either profile: its value in each, null where it has none."""

    name: str
    values: list[Any]
    same: bool


class PairView(msgspec.Struct, kw_only=True):
    """Two profiles side by side. `more` is the number of traits that are not shown."""

    pair: Duplicate
    traits: list[ComparedTrait]
    more: int


async def load_list(
    page: NamedDependency[PageContext],
    dismissed: FromQuery[bool] = False,  # noqa: FBT002 - a part of the address
    cursor: Cursor = None,
) -> DuplicatesView:
    found = await page.run(duplicates.list_duplicates, page.access, Page(SHOWN, cursor), dismissed=dismissed)
    return DuplicatesView(found=found, dismissed=dismissed, cursor=cursor)


async def load_pair(page: NamedDependency[PageContext], one: FromPath[str], other: FromPath[str]) -> PairView:
    pair = await page.run(duplicates.get_duplicate, page.access, one, other)
    await page.record("profiles.compared", " ".join(profile.id for profile in pair.profiles))
    first, second = (profile.traits for profile in pair.profiles)
    both = first.keys() & second.keys()
    traits = [
        ComparedTrait(
            name=name,
            values=[first.get(name), second.get(name)],
            same=name in both and first[name] == second[name],
        )
        for name in sorted(first.keys() | second.keys())
    ]
    # What decides is shown first: traits that both have, and of these the ones that differ.
    traits.sort(key=lambda each: (each.name not in both, each.same))
    return PairView(pair=pair, traits=traits[:TRAITS], more=max(0, len(traits) - TRAITS))


async def dismiss(
    page: NamedDependency[PageContext], one: FromPath[str], other: FromPath[str], data: URLEncodedBody[DismissForm]
) -> Response[Any]:
    try:
        await page.run(duplicates.dismiss_duplicate, page.access, one, other, data.reason.strip())
    except ServiceError as error:
        view = await load_pair(page, one, other)
        kept = page.rejected(data, error)
        return render_page("duplicate.html", status=STATUS[error.code], page=kept, view=view, error=error_texts(error))
    return redirect_to(page, LIST, "dismissed")


async def restore(
    page: NamedDependency[PageContext],
    one: FromPath[str],
    other: FromPath[str],
    data: URLEncodedBody[RestoreForm],  # noqa: ARG001 - makes the framework read the body
) -> Response[Any]:
    await page.run(duplicates.restore_duplicate, page.access, one, other)
    return redirect_to(page, LIST, "restored")


routes = [
    page_route(LIST, load_list, "duplicates.html"),
    page_route(PAIR, load_pair, "duplicate.html"),
    form_route(f"{PAIR}/dismiss", dismiss, page=PAIR),
    form_route(f"{PAIR}/restore", restore, page=PAIR),
]
