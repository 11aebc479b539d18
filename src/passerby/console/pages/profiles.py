"""List of profiles, and search by the beginning of an identifier, email address, phone number or name."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from passerby.console.presenters.profiles import chosen
from passerby.console.routing import PageContext, page_route
from passerby.identity.stage import Stage
from passerby.services import people
from passerby.services.cursors import Page
from passerby.services.profiles import Choice, ProfilePage, page_of_profiles
from passerby.web.parameters import Cursor, Test

SHOWN = 50
TRAITS = 60
"""Traits offered as columns, those that most profiles have."""

PARTS = 10
"""Parts of a search that are read for one page, where the matches have other stages."""

Text = Annotated[str, QueryParameter(name="q", max_length=1_000)]
StageChoice = Literal["", "anonymous", "lead", "customer"]
Columns = Annotated[list[str] | None, QueryParameter(name="columns")]


class ProfilesView(msgspec.Struct, kw_only=True):
    """A page of profiles, and its filter. `traits` can be columns.

    While `indexing`, profiles of an earlier version may not be found by email, phone or name yet.
    """

    found: ProfilePage
    q: str
    stage: StageChoice
    columns: list[str]
    traits: list[str]
    test: bool
    cursor: str | None
    indexing: bool


async def load(  # noqa: PLR0913, PLR0917 - the parameters of the query
    page: NamedDependency[PageContext],
    q: Text = "",
    stage: FromQuery[StageChoice] = "",
    columns: Columns = None,
    cursor: Cursor = None,
    test: Test = False,  # noqa: FBT002 - a parameter of the query
) -> ProfilesView:
    text = q.strip()
    choice = Choice(None, text or None, Stage[stage.upper()] if stage else None, test)
    found = await page.run(page_of_profiles, page.access, choice, Page(SHOWN, cursor))
    for _ in range(PARTS):
        if found.profiles or not found.cursor:
            break
        found = await page.run(page_of_profiles, page.access, choice, Page(SHOWN, found.cursor))
    if text and not found.profiles and not found.cursor:
        # The text may be an identifier in another spelling, such as a phone number with spaces.
        cleaned = await page.run(people.find_cleaned, page.access, text)
        found = ProfilePage(profiles=[each for each in cleaned if stage in {"", each.stage.label}], cursor=None)
    traits = await page.run(people.common_traits, page.access, TRAITS)
    return ProfilesView(
        found=found,
        q=text,
        stage=stage,
        columns=chosen(columns),
        traits=traits,
        test=test,
        cursor=cursor,
        indexing=bool(text) and await page.run(people.is_indexing, page.access),
    )


routes = [page_route("/profiles", load, "profiles.html")]
