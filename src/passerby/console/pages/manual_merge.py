"""Manual merge of two profiles, and detachment of an identifier."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, URLEncodedBody
from msgspec import Meta

from passerby.console.presenters.errors import error_texts
from passerby.console.routing import PageContext, form_route, page_route, redirect_to, render_page
from passerby.messages import Identifier
from passerby.profiles.view import Profile, ProfileIdentifier
from passerby.services import merges, people
from passerby.services.errors import ServiceError, invalid, not_found
from passerby.services.profiles import get_profile
from passerby.web.errors import STATUS

MERGE = "/profiles/{profile_id:str}/identity/merge"
DETACH = "/profiles/{profile_id:str}/identity/detach"

Other = Annotated[str, QueryParameter(name="with", max_length=1_000)]
Text = Annotated[str, QueryParameter(max_length=10_000)]
Scope = Annotated[str, QueryParameter(name="scope", max_length=10_000)]
Reason = Annotated[str, Meta(max_length=1_000)]


class MergeForm(msgspec.Struct, kw_only=True):
    """The form: the other profile, the reason, and whether to override the identity rules."""

    other: Annotated[str, Meta(max_length=36)]
    reason: Reason = ""
    force: bool = False


class DetachForm(msgspec.Struct, kw_only=True):
    """The form: the identifier, and the reason."""

    namespace: Annotated[str, Meta(max_length=100)]
    value: Annotated[str, Meta(max_length=10_000)]
    scope: Annotated[str, Meta(max_length=10_000)] = ""
    reason: Reason = ""


class MergeView(msgspec.Struct, kw_only=True):
    """A profile, and the one that was searched for: `text` is its ID or one of its identifiers, complete.

    `rule` is the part of identity rule R3 that the merge would have to override, null for none.
    """

    profile: Profile
    other: Profile | None
    text: str
    rule: str | None


class DetachView(msgspec.Struct, kw_only=True):
    """A profile, and one of its identifiers."""

    profile: Profile
    identifier: ProfileIdentifier


async def load_merge(page: NamedDependency[PageContext], profile_id: FromPath[str], other: Other = "") -> MergeView:
    profile = await page.run(get_profile, page.access, profile_id)
    text = other.strip()
    found = await page.run(people.find_profile, page.access, text) if text else None
    # Before the merge is tried, so that the form can offer to force it.
    pair = await page.run(people.find_duplicate, page.access, profile.id, found.id) if found else None
    return MergeView(profile=profile, other=found, text=text, rule=pair.rule if pair else None)


async def load_detach(
    page: NamedDependency[PageContext], profile_id: FromPath[str], namespace: Text, value: Text, within: Scope = ""
) -> DetachView:
    profile = await page.run(get_profile, page.access, profile_id)
    for each in profile.identifiers:
        if (each.namespace, each.value, each.scope) == (namespace, value, within):
            return DetachView(profile=profile, identifier=each)
    raise not_found("identifier of this profile")


async def merge(
    page: NamedDependency[PageContext], profile_id: FromPath[str], data: URLEncodedBody[MergeForm]
) -> Response[Any]:
    try:
        reason = _required(data.reason)
        made = await page.run(merges.merge_profiles, page.access, profile_id, data.other, reason, force=data.force)
    except ServiceError as error:
        view = await load_merge(page, profile_id, data.other)
        return _rejected(page.rejected(data, error), "merge.html", view, error)
    return redirect_to(page, f"/profiles/{made.profile.id}/identity", "merged")


async def detach(
    page: NamedDependency[PageContext], profile_id: FromPath[str], data: URLEncodedBody[DetachForm]
) -> Response[Any]:
    view = await load_detach(page, profile_id, data.namespace, data.value, data.scope)
    try:
        identifier, reason = Identifier(data.namespace, data.value, data.scope), _required(data.reason)
        await page.run(merges.detach_identifier, page.access, profile_id, identifier, reason)
    except ServiceError as error:
        return _rejected(page.rejected(data, error), "detach.html", view, error)
    return redirect_to(page, f"/profiles/{view.profile.id}/identity", "detached")


def _required(reason: str) -> str:
    """Return the reason of a manual decision, which requires one. Raises ServiceError for an empty one."""
    if not reason.strip():
        raise invalid("reason", "enter a reason: it is shown in the identity history")
    return reason.strip()


def _rejected(page: PageContext, template: str, view: object, error: ServiceError) -> Response[str]:
    # A message at a field says it all; the texts above the form are for what is wrong with the change itself.
    texts = {} if page.form.faults else {"error": error_texts(error)}
    return render_page(template, status=STATUS[error.code], page=page, view=view, **texts)


routes = [
    page_route(MERGE, load_merge, "merge.html"),
    page_route(DETACH, load_detach, "detach.html"),
    form_route(MERGE, merge),
    form_route(DETACH, detach),
]
