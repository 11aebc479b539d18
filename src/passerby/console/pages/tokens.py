"""API tokens of a project, and their scopes."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from msgspec import Meta

from passerby.accounts.scopes import Scope
from passerby.console.auth.permissions import Permission
from passerby.console.pages.key_changes import KeyChangeView, RotateForm, key_change, rotated
from passerby.console.routing import PageContext, form_route, page_route, redirect_to, render_page
from passerby.services import keys
from passerby.services.errors import invalid, not_found
from passerby.services.keys import ListedKey

KIND = "api_token"
SCOPE_WORDS: dict[str, str] = {
    "read": "Read everything except keys and the audit log",
    "identity": "Merge profiles, detach identifiers, undo merges",
    "manage": "Change the project, identity policy, data catalog and keys",
}


class TokensView(msgspec.Struct, kw_only=True):
    """The tokens, active ones first, and the meaning of each scope."""

    tokens: list[ListedKey]
    scopes: dict[str, str]


class NewToken(msgspec.Struct, kw_only=True):
    """The form: label and scopes of a new token."""

    label: Annotated[str, Meta(min_length=1, max_length=200)]
    scopes: str | list[str] = ""


async def load(page: NamedDependency[PageContext]) -> TokensView:
    found = await page.run(keys.list_keys, page.access)
    tokens = sorted((key for key in found if key.kind == KIND), key=lambda key: (key.revoked_at is not None, -key.id))
    return TokensView(tokens=tokens, scopes=SCOPE_WORDS)


async def add(page: NamedDependency[PageContext], data: URLEncodedBody[NewToken]) -> Response[Any]:
    # A field that is sent once is not a list. Unknown scopes are dropped, and the others have their usual order.
    chosen = data.scopes if isinstance(data.scopes, list) else [data.scopes]
    scopes = frozenset(scope for scope in Scope if scope in chosen)
    if not scopes:
        raise invalid("scopes", "choose at least one scope")
    made = await page.run(keys.add_key, page.access, KIND, label=data.label, scopes=scopes)
    return render_page("new-key.html", page=page, name="API token", key=made, back="/settings/tokens")


async def load_rotation(page: NamedDependency[PageContext], number: FromPath[int]) -> KeyChangeView:
    return key_change(await _token(page, number), "API token", "rotate", "/settings/tokens", "/settings/tokens")


async def load_revocation(page: NamedDependency[PageContext], number: FromPath[int]) -> KeyChangeView:
    return key_change(await _token(page, number), "API token", "revoke", "/settings/tokens", "/settings/tokens")


async def rotate(
    page: NamedDependency[PageContext], number: FromPath[int], data: URLEncodedBody[RotateForm]
) -> Response[Any]:
    await _token(page, number)
    made = await rotated(page, number, data)
    return render_page("new-key.html", page=page, name="API token", key=made, back="/settings/tokens")


async def revoke(page: NamedDependency[PageContext], number: FromPath[int]) -> Response[Any]:
    await _token(page, number)
    await page.run(keys.revoke_key, page.access, number)
    return redirect_to(page, "/settings/tokens", "token-revoked")


async def _token(page: PageContext, number: int) -> ListedKey:
    """Return an active token by its number. Raises ServiceError for any other."""
    for key in await page.run(keys.list_keys, page.access):
        if key.id == number and key.kind == KIND and key.revoked_at is None:
            return key
    raise not_found("active token")


routes = [
    page_route("/settings/tokens", load, "tokens.html"),
    form_route("/settings/tokens", add),
    page_route("/settings/tokens/{number:int}/rotate", load_rotation, "key-change.html", permission=Permission.ADMIN),
    page_route("/settings/tokens/{number:int}/revoke", load_revocation, "key-change.html", permission=Permission.ADMIN),
    form_route("/settings/tokens/{number:int}/rotate", rotate),
    form_route("/settings/tokens/{number:int}/revoke", revoke),
]
