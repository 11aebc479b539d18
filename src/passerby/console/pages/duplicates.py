"""Possible duplicates: the list of pairs, and two profiles side by side with what to do about them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from msgspec import Meta

from passerby.console.screens import Visit, action, done, page, screen
from passerby.console.story.refusals import explain
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


async def gather_list(
    visit: NamedDependency[Visit],
    dismissed: FromQuery[bool] = False,  # noqa: FBT002 - a part of the address
    cursor: Cursor = None,
) -> DuplicatesView:
    found = await visit.run(duplicates.list_duplicates, visit.access, Page(SHOWN, cursor), dismissed=dismissed)
    return DuplicatesView(found=found, dismissed=dismissed, cursor=cursor)


async def gather_pair(visit: NamedDependency[Visit], one: FromPath[str], other: FromPath[str]) -> PairView:
    pair = await visit.run(duplicates.get_duplicate, visit.access, one, other)
    await visit.record("profiles.compared", " ".join(profile.id for profile in pair.profiles))
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
    visit: NamedDependency[Visit], one: FromPath[str], other: FromPath[str], data: URLEncodedBody[DismissForm]
) -> Response[Any]:
    try:
        await visit.run(duplicates.dismiss_duplicate, visit.access, one, other, data.reason.strip())
    except ServiceError as error:
        view = await gather_pair(visit, one, other)
        kept = visit.rejected(data, error)
        return page("duplicate.html", status=STATUS[error.code], visit=kept, view=view, refusal=explain(error))
    return done(visit, LIST, "dismissed")


async def restore(
    visit: NamedDependency[Visit],
    one: FromPath[str],
    other: FromPath[str],
    data: URLEncodedBody[RestoreForm],  # noqa: ARG001 - a form is read, whatever it holds
) -> Response[Any]:
    await visit.run(duplicates.restore_duplicate, visit.access, one, other)
    return done(visit, LIST, "restored")


routes = [
    screen(LIST, gather_list, "duplicates.html"),
    screen(PAIR, gather_pair, "duplicate.html"),
    action(f"{PAIR}/dismiss", dismiss, page=PAIR),
    action(f"{PAIR}/restore", restore, page=PAIR),
]
