"""Identity of a profile: its decisions as a graph and as a list, and a test of identity resolution."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from passerby.console.presenters.profile_names import member_names, title
from passerby.console.routing import PageContext, page_route
from passerby.messages import Identifier
from passerby.profiles.view import Profile
from passerby.services import people, profiles
from passerby.services.answers import History, PreviewAnswer
from passerby.services.cursors import Page
from passerby.services.identity import preview_identity
from passerby.services.ids import uuid_of
from passerby.state.views import HistoryEntry, MergeDetail
from passerby.web.parameters import Cursor

SHOWN = 100
ROWS = 4
"""Identifiers that the preview's form has room for."""
OTHERS = 20
"""How many other people are called by their names."""

Words = Annotated[list[str] | None, QueryParameter(name="namespace", max_items=ROWS)]
Values = Annotated[list[str] | None, QueryParameter(name="value", max_items=ROWS)]
Undone = Annotated[str, QueryParameter(name="undone", max_length=36)]


class AskedIdentifier(msgspec.Struct, kw_only=True):
    """An identifier of the preview's form, as it was entered."""

    namespace: str
    value: str
    scope: str = ""


class PreviewQuestion(msgspec.Struct, kw_only=True):
    """The message that the preview's form describes."""

    identifiers: list[AskedIdentifier]
    is_event: bool = False


class IdentityView(msgspec.Struct, kw_only=True):
    """Decisions about a profile, and the merges among them.

    `moved` are those decisions by which an identifier changed hands. `preview` is what a message with the identifiers
    in `asked` would do, null without a request. `parted` is the other profile of the merge that was just undone.
    `names` are what the profiles are called that decisions name, by their ids, as far as they are called anything.
    """

    profile: Profile
    history: History
    merges: list[MergeDetail]
    moved: list[HistoryEntry]
    names: dict[str, str]
    cursor: str | None
    namespaces: list[str]
    asked: PreviewQuestion
    preview: PreviewAnswer | None
    parted: Profile | None


async def load(  # noqa: PLR0913, PLR0917 - a form's fields are parameters here
    page: NamedDependency[PageContext],
    profile_id: FromPath[str],
    cursor: Cursor = None,
    namespace: Words = None,
    value: Values = None,
    event: FromQuery[bool] = False,  # noqa: FBT002 - a field of the form
    undone: Undone = "",
) -> IdentityView:
    profile = await page.run(profiles.get_profile, page.access, profile_id)
    await page.record("profile.viewed", profile.id)
    history = await page.run(profiles.list_history, page.access, profile.id, Page(SHOWN, cursor))
    asked = _asked(namespace or [], value or [], event=event)
    given = [Identifier(each.namespace, each.value, each.scope) for each in asked.identifiers]
    return IdentityView(
        profile=profile,
        history=history,
        merges=await page.run(_merges, page, history),
        moved=[entry for entry in history.history if entry.kind == "reassigned"],
        names=await page.run(_names, page, profile, history),
        cursor=cursor,
        namespaces=[name for name in page.context.policy_of(page.project).classes if name != "previous_id"],
        asked=asked,
        preview=await page.run(preview_identity, page.access, given, is_event=event) if given else None,
        parted=await page.run(_parted, page, profile, undone),
    )


def _asked(namespaces: list[str], values: list[str], *, event: bool) -> PreviewQuestion:
    """The message that the form describes; rows without a value are none."""
    pairs = zip(namespaces, values, strict=False)
    return PreviewQuestion(
        identifiers=[AskedIdentifier(namespace=name, value=value) for name, value in pairs if name and value.strip()],
        is_event=event,
    )


def _merges(page: PageContext, history: History) -> list[MergeDetail]:
    ids = dict.fromkeys(entry.merge_id for entry in history.history if entry.merge_id)
    return people.known_merges(page.access, ids)


def _names(page: PageContext, profile: Profile, history: History) -> dict[str, str]:
    """Members are called by what they brought, other people as on their own pages."""
    named = (id_ for entry in history.history for id_ in (entry.from_, entry.to) if id_)
    members = {member.id for member in profile.members}
    others = [id_ for id_ in dict.fromkeys(named) if id_ not in members][:OTHERS]
    found = people.known_profiles(page.access, others)
    return member_names(history.history) | {each.id: title(each) for each in found} | {profile.id: title(profile)}


def _parted(page: PageContext, profile: Profile, merge_id: FromPath[str]) -> Profile | None:
    """The other one of two people whom an undo has just taken apart."""
    for merge in people.known_merges(page.access, [uuid_of(merge_id, "merge")] if merge_id else []):
        other = merge.winner if merge.loser == profile.id else merge.loser
        return next(iter(people.known_profiles(page.access, [other])), None) if merge.undone_at else None
    return None


routes = [page_route("/profiles/{profile_id:str}/identity", load, "identity.html")]
