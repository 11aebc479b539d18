"""Identity of a profile: its decisions as a graph and as a list, and a test of identity resolution."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from passerby.console.presenters.identifiers import member_names
from passerby.console.presenters.profiles import title
from passerby.console.routing import PageContext, page_route
from passerby.identity.preview import Preview
from passerby.messages import Identifier
from passerby.profiles.view import Profile
from passerby.services import people, profiles
from passerby.services.cursors import Page
from passerby.services.identity import preview_identity
from passerby.services.ids import uuid_of
from passerby.services.profiles import History
from passerby.state.views import HistoryEntry, MergeDetail
from passerby.web.parameters import Cursor

SHOWN = 100
ROWS = 4
"""Identifiers in the form of the preview."""
OTHERS = 20
"""Other profiles whose names are looked up."""

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

    `moved` are the decisions by which an identifier was reassigned. `preview` is the effect of a message with the
    identifiers in `asked`, null without any. `parted` is the other profile of a merge that was just undone. `names` are
    the display names of profiles by id, as far as they have one.
    """

    profile: Profile
    history: History
    merges: list[MergeDetail]
    moved: list[HistoryEntry]
    names: dict[str, str]
    cursor: str | None
    namespaces: list[str]
    asked: PreviewQuestion
    preview: Preview | None
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
    entries = history.history
    rows = zip(namespace or [], value or [], strict=False)
    asked = [AskedIdentifier(namespace=kind, value=text) for kind, text in rows if kind and text.strip()]
    given = [Identifier(each.namespace, each.value, each.scope) for each in asked]
    # Members have the name of what they brought in; other profiles are looked up, to have the name of their own page.
    members = {member.id for member in profile.members}
    named = dict.fromkeys(id_ for entry in entries for id_ in (entry.from_, entry.to) if id_)
    others = await page.run(people.known_profiles, page.access, [id_ for id_ in named if id_ not in members][:OTHERS])
    return IdentityView(
        profile=profile,
        history=history,
        merges=await page.run(
            people.known_merges, page.access, dict.fromkeys(entry.merge_id for entry in entries if entry.merge_id)
        ),
        moved=[entry for entry in entries if entry.kind == "reassigned"],
        names=member_names(entries) | {each.id: title(each) for each in [*others, profile]},
        cursor=cursor,
        # Only alias calls send previous ids, and not as identifiers.
        namespaces=[name for name in page.context.policy_of(page.project).classes if name != "previous_id"],
        asked=PreviewQuestion(identifiers=asked, is_event=event),
        preview=await page.run(preview_identity, page.access, given, is_event=event) if given else None,
        parted=await page.run(_parted, page, profile, undone) if undone else None,
    )


def _parted(page: PageContext, profile: Profile, merge_id: str) -> Profile | None:
    """Return the other profile of a merge that was undone; None if it was not, or the profile is gone."""
    for merge in people.known_merges(page.access, [uuid_of(merge_id, "merge")]):
        other = merge.winner if merge.loser == profile.id else merge.loser
        return next(iter(people.known_profiles(page.access, [other])), None) if merge.undone_at else None
    return None


routes = [page_route("/profiles/{profile_id:str}/identity", load, "identity.html")]
