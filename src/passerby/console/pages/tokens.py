"""API tokens of a project: who has which, and what each may do."""

from __future__ import annotations

from typing import Annotated, Any, get_args

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from msgspec import Meta

from passerby.accounts.scopes import Scope
from passerby.console.access import Need
from passerby.console.key_changes import KeyChangeView, RotateForm, key_change, rotated
from passerby.console.screens import Visit, action, done, page, screen
from passerby.services import keys
from passerby.services.errors import invalid, not_found
from passerby.services.management_answers import KeyInfo, ScopeName

KIND = "api_token"
SCOPE_WORDS: dict[str, str] = {
    "read": "look at everything but keys and the audit log",
    "identity": "merge, detach and undo",
    "manage": "change the project, its policy, its catalogue and its keys",
}


class TokensView(msgspec.Struct, kw_only=True):
    """The tokens, those that work first; and what scopes mean."""

    tokens: list[KeyInfo]
    scopes: dict[str, str]


class NewToken(msgspec.Struct, kw_only=True):
    """The form for another token: what for, and what it may do."""

    label: Annotated[str, Meta(min_length=1, max_length=200)]
    scopes: str | list[str] = ""


async def gather(visit: NamedDependency[Visit]) -> TokensView:
    found = (await visit.run(keys.list_keys, visit.access)).keys
    tokens = sorted((key for key in found if key.kind == KIND), key=lambda key: (key.revoked_at is not None, -key.id))
    return TokensView(tokens=tokens, scopes=SCOPE_WORDS)


async def add(visit: NamedDependency[Visit], data: URLEncodedBody[NewToken]) -> Response[Any]:
    chosen = data.scopes if isinstance(data.scopes, list) else [data.scopes]
    scopes: list[ScopeName] = [name for name in get_args(ScopeName) if name in chosen]
    if not scopes:
        raise invalid("scopes", "choose at least one scope")
    made = await visit.run(keys.add_key, visit.access, KIND, label=data.label, scopes=frozenset(map(Scope, scopes)))
    return page("new-key.html", visit=visit, name="API token", key=made, back="/settings/tokens")


async def gather_rotation(visit: NamedDependency[Visit], number: FromPath[int]) -> KeyChangeView:
    return key_change(await _token(visit, number), "API token", "rotate", "/settings/tokens", "/settings/tokens")


async def gather_revocation(visit: NamedDependency[Visit], number: FromPath[int]) -> KeyChangeView:
    return key_change(await _token(visit, number), "API token", "revoke", "/settings/tokens", "/settings/tokens")


async def rotate(
    visit: NamedDependency[Visit], number: FromPath[int], data: URLEncodedBody[RotateForm]
) -> Response[Any]:
    await _token(visit, number)
    made = await rotated(visit, number, data)
    return page("new-key.html", visit=visit, name="API token", key=made, back="/settings/tokens")


async def revoke(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    await _token(visit, number)
    await visit.run(keys.revoke_key, visit.access, number)
    return done(visit, "/settings/tokens", "token-revoked")


async def _token(visit: Visit, number: int) -> KeyInfo:
    """The token with this number. Raises ServiceError for one that does not work."""
    for key in (await visit.run(keys.list_keys, visit.access)).keys:
        if key.id == number and key.kind == KIND and key.revoked_at is None:
            return key
    raise not_found("token that still works")


routes = [
    screen("/settings/tokens", gather, "tokens.html"),
    action("/settings/tokens", add),
    screen("/settings/tokens/{number:int}/rotate", gather_rotation, "key-change.html", need=Need.ADMIN),
    screen("/settings/tokens/{number:int}/revoke", gather_revocation, "key-change.html", need=Need.ADMIN),
    action("/settings/tokens/{number:int}/rotate", rotate),
    action("/settings/tokens/{number:int}/revoke", revoke),
]
