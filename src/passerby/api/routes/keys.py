"""Routes of keys and API tokens."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from passerby.accounts.records import GRACE_MS
from passerby.accounts.scopes import Scope
from passerby.api.auth import AT_ONCE
from passerby.api.conversion import converting
from passerby.api.openapi.examples import projects as examples
from passerby.api.openapi.responses import changing, reading
from passerby.schemas.keys import AddKeyRequest, FreshKey, KeyList, RevokedKey, fresh_key, key_list
from passerby.services import keys
from passerby.services.access import ServerAccess
from passerby.services.errors import ErrorCode

_TAGS = ["Project"]

KeyId = Annotated[int, PathParameter(ge=1, le=2**63 - 1, description="The id of a key.")]
GraceSeconds = Annotated[
    int,
    QueryParameter(
        name="grace_seconds",
        ge=0,
        le=GRACE_MS // 1000,
        description="Seconds for which the replaced key keeps working: 0 to 604800 (7 days).",
    ),
]


@get(
    "/keys",
    operation_id="listKeys",
    summary="Keys and tokens",
    description="All keys of the project: those of its sources and API tokens, revoked ones included.",
    tags=_TAGS,
    responses=reading(KeyList, examples.KEYS),
)
async def list_keys(access: NamedDependency[ServerAccess]) -> KeyList:
    return await access.run(converting(keys.list_keys, key_list), access)


@post(
    "/keys",
    operation_id="addKey",
    summary="Add a key or token",
    description="Creates a key with a random value, or with a value that clients already use. A secret is shown once, "
    "in this answer. The key works within about a second. A token cannot be given scopes that the caller's own token "
    "lacks (403).",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(FreshKey, examples.FRESH_KEY, ErrorCode.INVALID_PARAMETER),
)
async def add_key(access: NamedDependency[ServerAccess], data: JSONBody[AddKeyRequest]) -> FreshKey:
    scopes = frozenset(map(Scope, data.scopes))
    add = converting(keys.add_key, fresh_key)
    return await access.run(add, access, data.kind, value=data.value, label=data.label, scopes=scopes)


@post(
    "/keys/{key_id:int}/rotate",
    operation_id="rotateKey",
    summary="Rotate a key",
    description="Replaces the key by a new one of the same kind, label and scopes. The replaced key is revoked at "
    "once, or `grace_seconds` later: until then both work. A token with scopes that the caller's own token lacks "
    "cannot be rotated (403).",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(FreshKey, examples.FRESH_KEY, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND),
)
async def rotate_key(access: NamedDependency[ServerAccess], key_id: KeyId, grace_seconds: GraceSeconds = 0) -> FreshKey:
    rotate = converting(keys.rotate_key, fresh_key)
    return await access.run(rotate, access, key_id, grace_seconds=grace_seconds)


@post(
    "/keys/{key_id:int}/revoke",
    operation_id="revokeKey",
    summary="Revoke a key",
    description="The key stops working within about a second. This cannot be undone.",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(RevokedKey, examples.REVOKED_KEY, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND),
)
async def revoke_key(access: NamedDependency[ServerAccess], key_id: KeyId) -> RevokedKey:
    await access.run(keys.revoke_key, access, key_id)
    return RevokedKey(id=key_id, revoked=True)
