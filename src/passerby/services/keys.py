"""Keys and API tokens of a project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from passerby.accounts.errors import NoSuchKey, ProjectError
from passerby.accounts.keys import KINDS, kind_named
from passerby.accounts.records import AddedKey, Key
from passerby.accounts.scopes import EVERY, Scope
from passerby.rejected_requests.record import Use
from passerby.rejected_requests.redaction import redacted
from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.errors import Forbidden, invalid, not_found
from passerby.services.use_cases import changing, reading

TOKEN_KIND = "api_token"  # noqa: S105 - a kind, not a token


class ListedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key in the list of a project. Times in ms.

    `value` is None for a secret, which cannot be read again; `scopes` are of an API token. `expires_at` is set for a
    rotated key within its grace period, which works until then; `revoked_at` for one that does not work any more.
    `last_used_at` is exact to the minute, and None for a key that was not used since uses are counted.
    """

    id: int
    kind: str
    secret: bool
    value: str | None
    label: str
    scopes: frozenset[Scope]
    created_at: int
    revoked_at: int | None
    expires_at: int | None
    last_used_at: int | None
    calls_last_hour: int


@reading(None)
def list_keys(access: Access) -> list[ListedKey]:
    """Return all keys of the project, oldest first, revoked ones included; of secrets, only a hash is stored.

    To callers who may not manage the project, the path of a webhook is redacted, because it is a credential.
    """
    # Two permissions open this list, with different contents, so the declaration above cannot state one.
    manages = access.caller.may(Permission.MANAGE, access.project)
    if not manages and not access.caller.may(Permission.READ, access.project):
        raise Forbidden(Permission.READ)
    with access.context.control() as control:
        found = control.keys(control.project_numbered(access.project))
    now = access.context.now()
    uses = access.context.key_uses(now)
    keys = [_listed(key, uses.get(key.id), now) for key in found]
    return keys if manages else [_redacted(key) for key in keys]


@changing(Permission.MANAGE)
def add_key(
    access: Access, kind: str, *, value: str = "", label: str = "", scopes: frozenset[Scope] = EVERY
) -> AddedKey:
    """Add a key with a new random value, or with the value that clients already use; return it with its value.

    `scopes` are those of an API token. Raises InvalidParameters, and Forbidden for scopes that the caller lacks.
    """
    if kind == TOKEN_KIND:
        _require_scopes(access, scopes)
    details: dict[str, object] = {"kind": kind, "label": label}
    if kind == TOKEN_KIND:
        details["scopes"] = sorted(scopes)
    # The store refuses unknown kinds and bad or taken values alike; the error names the parameter that is at fault.
    parameter = "value" if kind in KINDS else "kind"
    with access.recording("key.added", details=details) as change, access.context.control() as control:
        with _refusals(parameter):
            project = control.project_numbered(access.project)
            made = control.add_key(project, kind, access.context.now(), value=value, label=label, scopes=scopes)
        change.subject = str(made.id)
    return made


@changing(Permission.MANAGE)
def rotate_key(access: Access, key_id: int, *, grace_seconds: int = 0) -> AddedKey:
    """Replace a key by a new one of the same kind, label and scopes; return the new one with its value.

    The replaced key works for another `grace_seconds`. Raises NotFound for a key that was rotated or revoked before,
    and Forbidden for a token with scopes that the caller lacks.
    """
    recorded = access.recording("key.rotated", str(key_id), {"grace_seconds": grace_seconds})
    with recorded as change, access.context.control() as control, control.transaction(), _refusals("key_id"):
        project = control.project_numbered(access.project)
        for each in control.keys(project):
            if each.id == key_id and each.kind == TOKEN_KIND:  # the new token has the same scopes
                _require_scopes(access, each.scopes)
        made = control.rotate_key(project, key_id, access.context.now(), grace_seconds * 1000)
        change.details = {"kind": made.kind, "id": made.id, "grace_seconds": grace_seconds}
    return made


@changing(Permission.MANAGE)
def revoke_key(access: Access, key_id: int) -> None:
    """Revoke a key for good. Running processes follow within about a second. Raises NotFound."""
    with access.recording("key.revoked", str(key_id)), access.context.control() as control, _refusals("key_id"):
        control.revoke_key(control.project_numbered(access.project), key_id, access.context.now())


def _require_scopes(access: Access, wanted: frozenset[Scope]) -> None:
    """Raise Forbidden for a scope that the caller lacks: a token must not give more permissions than its maker has."""
    for scope in sorted(wanted):
        if not access.caller.may(Permission(scope.value), access.project):
            raise Forbidden(scope, f"your token lacks the scope {scope}, so it cannot make a token with it")


@contextmanager
def _refusals(parameter: str) -> Iterator[None]:
    """Context manager: translate errors of accounts to NotFound, or to InvalidParameters for this parameter."""
    try:
        yield
    except NoSuchKey:
        raise not_found("key that works") from None
    except ProjectError as fault:
        raise invalid(parameter, str(fault)) from None


def _redacted(key: ListedKey) -> ListedKey:
    """Redact the path of a webhook, because it is a credential."""
    kind = kind_named(key.kind)
    if not key.value or not kind.guarded:
        return key
    prefix = kind.webhook.prefix if kind.webhook else ""
    return msgspec.structs.replace(key, value=f"{prefix}{redacted(key.value.removeprefix(prefix))}/")


def _listed(key: Key, use: Use | None, now: int) -> ListedKey:
    works = key.works(now)
    return ListedKey(
        id=key.id,
        kind=key.kind,
        secret=kind_named(key.kind).secret,
        value=key.value,
        label=key.label,
        scopes=key.scopes if key.kind == TOKEN_KIND else frozenset(),
        created_at=key.created_at,
        revoked_at=None if works else key.revoked_at,
        expires_at=key.revoked_at if works else None,
        last_used_at=use.last_at if use else None,
        calls_last_hour=use.last_hour if use else 0,
    )
