"""Every use case that changes something: how it is prepared, called through each interface, and seen to have worked."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from tests.services.stage import PASSWORD, Stage
from tests.state.filling import ident

from passerby.accounts.errors import NoSuchProject
from passerby.accounts.users import Role

Calls = Callable[[Stage], None]


class Change(NamedTuple):
    """A use case. `effect` returns what there is to see of it, which is `expected` afterwards and not before.

    An interface without a call does not offer the use case.
    """

    action: str
    effect: Callable[[Stage], Any]
    expected: Any = True
    prepare: Calls = lambda _: None
    api: Calls | None = None
    console: Calls | None = None
    command: Calls | None = None


def _two(stage: Stage) -> None:
    """Two profiles with the same e-mail address in their traits."""
    for name in ("u1", "u2"):
        stage.office.identify(ident("user_id", name), email="a@b.example")
    stage.made.update(one=stage.office.owner("user_id", "u1"), other=stage.office.owner("user_id", "u2"))


def _merged(stage: Stage) -> None:
    stage.office.identify(ident("mobile_id", "m1"))
    stage.office.identify(ident("mobile_id", "m1"), ident("user_id", "u1"))
    stage.made.update(profile=stage.office.owner("user_id", "u1"))
    stage.office.identify(ident("mobile_id", "m2"))
    stage.office.identify(ident("mobile_id", "m2"), ident("user_id", "u1"))
    stage.made.update(merge=stage.building.reader.merges(stage.number, limit=1)[0].id)


def _detached(stage: Stage) -> None:
    _merged(stage)
    body = {"namespace": "mobile_id", "value": "m1", "reason": "shared"}
    answer = stage.office.post(f"/v1/profiles/{stage.made['profile']}/detach", body=body).json()
    stage.made.update(detachment=answer["detachment_id"])


def _dismissed(stage: Stage) -> None:
    _two(stage)
    pair = [stage.made["one"], stage.made["other"]]
    assert stage.office.post("/v1/duplicates/dismiss", body={"profiles": pair}).status_code == 200


def _events(stage: Stage) -> None:
    stage.office.track("buy", ident("mobile_id", "m1"), price="10")
    stage.office.track("Buy", ident("mobile_id", "m1"))


def _aliased(stage: Stage) -> None:
    _events(stage)
    assert stage.office.post("/v1/catalogue/aliases", body={"event": "Buy", "into": "buy"}).status_code == 200


def _test_profile(stage: Stage) -> None:
    stage.office.track("Seen", ident("user_id", "passerby-test"))


def _key(stage: Stage) -> None:
    stage.made.update(key=stage.building.projects.add_key(stage.project, "segment.write_key", 1, label="shop").id)
    stage.building.credentials.refresh_if_changed()


def _user(stage: Stage) -> None:
    stage.made.update(user=stage.user())


def _tried(stage: Stage) -> None:
    _user(stage)
    stage.made.update(unlocked=stage.building.users.unlocked_at(stage.made["user"]))


def _signed_in(stage: Stage) -> None:
    _user(stage)
    stage.made.update(session=stage.session(stage.made["user"]))


def _first_user(stage: Stage) -> None:
    users = stage.building.users
    if users.password("admin") is None:
        users.add("admin", Role.ADMIN, "no password has this hash", 1)
    stage.made.update(password=users.password("admin"))


def _name(stage: Stage) -> None:
    stage.made.update(user=f"u{secrets.token_hex(4)}")


def _alerts(stage: Stage) -> None:
    alerting = stage.monitor.alerting
    alerting.change_settings(type(alerting.settings())(address="http://127.0.0.1:9/hook"))


def _keys(stage: Stage) -> list[tuple[str, bool]]:
    kept = stage.building.projects.keys(stage.project)
    return sorted((key.label, key.revoked_at is None) for key in kept if key.kind == "segment.write_key")


def _aliases(stage: Stage) -> int:
    return len(stage.building.reader.aliases(stage.number).rows)


def _role(stage: Stage) -> list[Any]:
    return [each.role for each in stage.building.users.users() if each.name == stage.made["user"]]


def _has_password(stage: Stage) -> bool:
    from passerby.accounts import passwords  # noqa: PLC0415 - slow to load

    return passwords.matches(PASSWORD, stage.building.users.password(stage.made["user"]) or "")


def _exists(stage: Stage, name: str) -> bool:
    try:
        stage.building.projects.project(name)
    except NoSuchProject:
        return False
    return True


def _owners(stage: Stage, *values: str) -> int:
    """How many profiles these customer ids or devices belong to."""
    names = ("user_id" if value.startswith("u") else "mobile_id" for value in values)
    return len({stage.office.owner(name, value) for name, value in zip(names, values, strict=True)})


CHANGES: Final[Mapping[str, Change]] = {
    "merges.undo_merge": Change(
        "merge.undone",
        lambda stage: stage.building.reader.merge(stage.number, stage.made["merge"]).undone_at is not None,  # type: ignore[union-attr]  # prepared
        prepare=_merged,
        api=lambda stage: stage.api("POST", f"/v1/merges/{stage.made['merge']}/undo", {"reason": "shared"}),
        console=lambda stage: stage.console(
            f"/profiles/{stage.made['profile']}/identity/{stage.made['merge']}/undo", reason="shared"
        ),
        command=lambda stage: stage.command(
            "merges", "undo", stage.made["merge"], "--reason", "shared", project="--project"
        ),
    ),
    "merges.merge_profiles": Change(
        "profiles.merged",
        lambda stage: _owners(stage, "u1", "u2"),
        1,
        prepare=_two,
        api=lambda stage: stage.api(
            "POST",
            "/v1/merges",
            {"winner": stage.made["one"], "loser": stage.made["other"], "reason": "same", "force": True},
        ),
        console=lambda stage: stage.console(
            f"/profiles/{stage.made['one']}/identity/merge", other=stage.made["other"], reason="same", force="true"
        ),
    ),
    "merges.detach_identifier": Change(
        "identifier.detached",
        lambda stage: _owners(stage, "u1", "m1"),
        2,
        prepare=_merged,
        api=lambda stage: stage.api(
            "POST",
            f"/v1/profiles/{stage.made['profile']}/detach",
            {"namespace": "mobile_id", "value": "m1", "reason": "shared"},
        ),
        console=lambda stage: stage.console(
            f"/profiles/{stage.made['profile']}/identity/detach", namespace="mobile_id", value="m1", reason="shared"
        ),
    ),
    "merges.undo_detachment": Change(
        "detachment.undone",
        lambda stage: _owners(stage, "u1", "m1"),
        1,
        prepare=_detached,
        api=lambda stage: stage.api("POST", f"/v1/detachments/{stage.made['detachment']}/undo"),
    ),
    "duplicates.dismiss_duplicate": Change(
        "duplicate.dismissed",
        lambda stage: len(stage.office.get("/v1/duplicates").json()["duplicates"]),
        0,
        prepare=_two,
        api=lambda stage: stage.api(
            "POST", "/v1/duplicates/dismiss", {"profiles": [stage.made["one"], stage.made["other"]]}
        ),
        console=lambda stage: stage.console(f"/duplicates/{stage.made['one']}/{stage.made['other']}/dismiss"),
        command=lambda stage: stage.command(
            "duplicates", "dismiss", stage.made["one"], stage.made["other"], project="--project"
        ),
    ),
    "duplicates.restore_duplicate": Change(
        "duplicate.restored",
        lambda stage: len(stage.office.get("/v1/duplicates").json()["duplicates"]),
        1,
        prepare=_dismissed,
        api=lambda stage: stage.api(
            "POST", "/v1/duplicates/restore", {"profiles": [stage.made["one"], stage.made["other"]]}
        ),
        console=lambda stage: stage.console(f"/duplicates/{stage.made['one']}/{stage.made['other']}/restore"),
        command=lambda stage: stage.command(
            "duplicates", "restore", stage.made["one"], stage.made["other"], project="--project"
        ),
    ),
    "deletion.delete_test_data": Change(
        "test_data.deleted",
        lambda stage: stage.building.reader.test_data(stage.number).profiles,
        0,
        prepare=_test_profile,
        api=lambda stage: stage.api("DELETE", "/v1/test-data"),
        console=lambda stage: stage.console("/settings/test-data"),
        command=lambda stage: stage.command("test-data", "delete", project="--project"),
    ),
    "catalogue.change_type": Change(
        "catalogue.type_changed",
        lambda stage: stage.building.reader.attribute_type(stage.number, "buy", "price"),
        "number",
        prepare=_events,
        api=lambda stage: stage.api(
            "PATCH", "/v1/catalogue/attributes", {"event": "buy", "attribute": "price", "type": "number"}
        ),
        console=lambda stage: stage.console("/catalogue/edit", event="buy", attribute="price", do="type", to="number"),
        command=lambda stage: stage.command(
            "catalogue", "type", "price", "number", "--event", "buy", project="--project"
        ),
    ),
    "catalogue.merge_name": Change(
        "catalogue.merged",
        _aliases,
        1,
        prepare=_events,
        api=lambda stage: stage.api("POST", "/v1/catalogue/aliases", {"event": "Buy", "into": "buy"}),
        console=lambda stage: stage.console("/catalogue/edit", event="Buy", do="merge", to="buy"),
        command=lambda stage: stage.command("catalogue", "merge", "buy", "--event", "Buy", project="--project"),
    ),
    "catalogue.unmerge_name": Change(
        "catalogue.merge_undone",
        _aliases,
        0,
        prepare=_aliased,
        api=lambda stage: stage.api("POST", "/v1/catalogue/aliases/undo", {"event": "Buy"}),
        console=lambda stage: stage.console("/catalogue/edit", event="Buy", do="undo"),
        command=lambda stage: stage.command("catalogue", "undo", "--event", "Buy", project="--project"),
    ),
    "catalogue.delete_names": Change(
        "catalogue.deleted",
        lambda stage: [each.name for each in stage.building.reader.catalogue(stage.number, limit=9).events],
        ["buy"],
        prepare=_events,
        api=lambda stage: stage.api("POST", "/v1/catalogue/delete", {"names": [{"event": "Buy"}]}),
        console=lambda stage: stage.console("/catalogue/edit", event="Buy", do="delete"),
        command=lambda stage: stage.command("catalogue", "delete", "Buy", project="--project"),
    ),
    "tracking_plan.annotate": Change(
        "catalogue.marked",
        lambda stage: [mark.planned for mark in stage.building.projects.annotations(stage.number)],
        [True],
        api=lambda stage: stage.api("PATCH", "/v1/catalogue/annotations", {"event": "Seen", "planned": True}),
        console=lambda stage: stage.console("/catalogue/mark", event="Seen", planned="true"),
    ),
    "keys.add_key": Change(
        "key.added",
        _keys,
        [("web", True)],
        api=lambda stage: stage.api("POST", "/v1/keys", {"kind": "segment.write_key", "label": "web"}),
        console=lambda stage: stage.console("/sources/segment/keys", kind="segment.write_key", label="web"),
        command=lambda stage: stage.command("keys", "add", "segment.write_key", "--label", "web", project="--project"),
    ),
    "keys.rotate_key": Change(
        "key.rotated",
        _keys,
        [("shop", False), ("shop", True)],
        prepare=_key,
        api=lambda stage: stage.api("POST", f"/v1/keys/{stage.made['key']}/rotate"),
        console=lambda stage: stage.console(f"/sources/segment/keys/{stage.made['key']}/rotate"),
        command=lambda stage: stage.command("keys", "rotate", str(stage.made["key"]), project="--project"),
    ),
    "keys.revoke_key": Change(
        "key.revoked",
        _keys,
        [("shop", False)],
        prepare=_key,
        api=lambda stage: stage.api("POST", f"/v1/keys/{stage.made['key']}/revoke"),
        console=lambda stage: stage.console(f"/sources/segment/keys/{stage.made['key']}/revoke"),
        command=lambda stage: stage.command("keys", "revoke", str(stage.made["key"]), project="--project"),
    ),
    "policy.change_policy": Change(
        "policy.changed",
        lambda stage: stage.project.settings.blocked_values,
        ("guest",),
        api=lambda stage: stage.api("PUT", "/v1/identity/policy", {"blocked_values": ["guest"]}),
        console=lambda stage: stage.console("/settings/policy", blocked_values="guest", contact_traits="email"),
        command=lambda stage: stage.command("projects", "policy", "set", stage.project.name, "--block", "guest"),
    ),
    "projects.change_project": Change(
        "project.changed",
        lambda stage: stage.project.settings.timezone,
        "Europe/Lisbon",
        api=lambda stage: stage.api("PATCH", "/v1/project", {"timezone": "Europe/Lisbon"}),
        console=lambda stage: stage.console("/settings", name=stage.project.name, timezone="Europe/Lisbon"),
        command=lambda stage: stage.command("projects", "set", stage.project.name, "--timezone", "Europe/Lisbon"),
    ),
    "projects.add_project": Change(
        "project.added",
        lambda stage: _exists(stage, stage.made["user"]),
        prepare=_name,
        command=lambda stage: stage.command("projects", "add", stage.made["user"]),
    ),
    "sources.send_test_event": Change(
        "source.tested",
        lambda stage: stage.building.context.log.accepted(stage.number),
        1,
        prepare=_key,
        api=lambda stage: stage.api("POST", "/v1/sources/segment/test"),
        console=lambda stage: stage.console("/sources/segment/test"),
    ),
    "sessions.sign_in": Change(
        "signed_in",
        lambda stage: stage.building.users.sessions(stage.made["user"], stage.building.context.now())[0],
        1,
        prepare=_user,
        console=lambda stage: stage.form("/sign-in", user=stage.made["user"], password=PASSWORD),
    ),
    "sessions.sign_out": Change(
        "signed_out",
        lambda stage: stage.building.users.sessions(stage.made["user"], stage.building.context.now())[0],
        0,
        prepare=_signed_in,
        console=lambda stage: stage.form("/sign-out", stage.made["session"]),
    ),
    "users.add_user": Change(
        "user.added",
        _role,
        [Role.VIEWER],
        prepare=_name,
        console=lambda stage: stage.console("/settings/users/add", name=stage.made["user"], role="viewer"),
        command=lambda stage: stage.command("users", "add", stage.made["user"]),
    ),
    "users.change_role": Change(
        "user.changed",
        _role,
        [Role.ADMIN],
        prepare=_user,
        console=lambda stage: stage.console("/settings/users/role", name=stage.made["user"], role="admin"),
        command=lambda stage: stage.command("users", "role", stage.made["user"], "admin"),
    ),
    "users.set_password": Change(
        "password.changed",
        _has_password,
        expected=False,
        prepare=_user,
        console=lambda stage: stage.console("/settings/users/password", name=stage.made["user"]),
        command=lambda stage: stage.command("users", "password", stage.made["user"]),
    ),
    "users.set_own_password": Change(
        "password.changed",
        _has_password,
        expected=False,
        prepare=_signed_in,
        console=lambda stage: stage.form(
            f"/p/{stage.project.name}/settings/users/own-password",
            stage.made["session"],
            current=PASSWORD,
            new="another correct horse",
        ),
    ),
    "users.reset_first_user": Change(
        "password.changed",
        lambda stage: stage.building.users.password("admin") != stage.made["password"],
        prepare=_first_user,
        command=lambda stage: stage.command("password"),
    ),
    "users.unlock_user": Change(
        "user.unlocked",
        lambda stage: stage.building.users.unlocked_at(stage.made["user"]) > stage.made["unlocked"],
        prepare=_tried,
        command=lambda stage: stage.command("users", "unlock", stage.made["user"]),
    ),
    "users.remove_user": Change(
        "user.removed",
        _role,
        [],
        prepare=_user,
        console=lambda stage: stage.console("/settings/users/remove", name=stage.made["user"]),
        command=lambda stage: stage.command("users", "remove", stage.made["user"]),
    ),
    "alerts.change_alerts": Change(
        "alerts.changed",
        lambda stage: stage.monitor.alerting.settings().format,
        "slack",
        prepare=_alerts,
        console=lambda stage: stage.console("/health/alerts", format="slack"),
    ),
    "alerts.record_test_alert": Change(
        "alerts.tested",
        lambda _: None,  # the receiver is outside, and does not answer here
        None,
        prepare=_alerts,
        console=lambda stage: stage.console("/health/alerts/test"),
    ),
}
"""By module and function of `passerby.services`."""
