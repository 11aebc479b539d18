"""Possible duplicates: the list of pairs, and two profiles side by side with what to do about them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Meta

from passerby.console.presenters.errors import explain
from passerby.console.routing import PageContext, form_route, page_route, redirect_to, render_page
from passerby.profiles.view import Profile
from passerby.services import duplicates
from passerby.services.answers import DuplicatePage
from passerby.services.cursors import Page
from passerby.services.errors import ServiceError
from passerby.state.views import Duplicate
from passerby.web.errors import STATUS
from passerby.web.parameters import Cursor

SHOWN = 25
TRAITS = 200
"""Traits that are compared: those that both have come first."""

LIST = "/duplicates"
PAIR = "/duplicates/{one:str}/{other:str}"


class DismissForm(msgspec.Struct, kw_only=True):
    """Why two profiles are different people, if anything is to be said."""

    reason: Annotated[str, Meta(max_length=1_000)] = ""


class RestoreForm(msgspec.Struct, kw_only=True):
    """Nothing but the button."""


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
    first, second = pair.profiles
    traits = _compared(first, second)
    return PairView(pair=pair, traits=traits[:TRAITS], more=max(0, len(traits) - TRAITS))


def _compared(one: Profile, other: Profile) -> list[ComparedTrait]:
    """The traits of both: those that both have, with those that differ first, then the others."""
    names = sorted(one.traits.keys() | other.traits.keys())
    found = [
        ComparedTrait(
            name=name,
            values=[one.traits.get(name), other.traits.get(name)],
            same=name in one.traits and name in other.traits and one.traits[name] == other.traits[name],
        )
        for name in names
    ]
    both = one.traits.keys() & other.traits.keys()
    return sorted(found, key=lambda each: (each.name not in both, each.same))


async def dismiss(
    page: NamedDependency[PageContext], one: FromPath[str], other: FromPath[str], data: URLEncodedBody[DismissForm]
) -> Response[Any]:
    try:
        await page.run(duplicates.dismiss_duplicate, page.access, one, other, data.reason.strip())
    except ServiceError as error:
        view = await load_pair(page, one, other)
        kept = page.rejected(data, error)
        return render_page("duplicate.html", status=STATUS[error.code], page=kept, view=view, refusal=explain(error))
    return redirect_to(page, LIST, "dismissed")


async def restore(
    page: NamedDependency[PageContext],
    one: FromPath[str],
    other: FromPath[str],
    data: URLEncodedBody[RestoreForm],  # noqa: ARG001 - a form is read, whatever it holds
) -> Response[Any]:
    await page.run(duplicates.restore_duplicate, page.access, one, other)
    return redirect_to(page, LIST, "restored")


routes = [
    page_route(LIST, load_list, "duplicates.html"),
    page_route(PAIR, load_pair, "duplicate.html"),
    form_route(f"{PAIR}/dismiss", dismiss, page=PAIR),
    form_route(f"{PAIR}/restore", restore, page=PAIR),
]
