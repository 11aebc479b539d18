"""Every use case that changes something: its preparation, its call through each interface, and its effect."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from tests.services import destination_changes
from tests.services.change import Change
from tests.services.harness import PASSWORD, ServiceHarness
from tests.state.state_builder import ident

from passerby.accounts.errors import NoSuchProject
from passerby.accounts.users import Role


def _two(harness: ServiceHarness) -> None:
    """Two profiles with the same e-mail address in their traits."""
    for name in ("u1", "u2"):
        harness.client.identify(ident("user_id", name), email="a@b.example")
    harness.made.update(one=harness.client.owner("user_id", "u1"), other=harness.client.owner("user_id", "u2"))


def _merged(harness: ServiceHarness) -> None:
    harness.client.identify(ident("mobile_id", "m1"))
    harness.client.identify(ident("mobile_id", "m1"), ident("user_id", "u1"))
    harness.made.update(profile=harness.client.owner("user_id", "u1"))
    harness.client.identify(ident("mobile_id", "m2"))
    harness.client.identify(ident("mobile_id", "m2"), ident("user_id", "u1"))
    harness.made.update(merge=harness.server.reader.merges(harness.number, limit=1)[0].id)


def _detached(harness: ServiceHarness) -> None:
    _merged(harness)
    body = {"namespace": "mobile_id", "value": "m1", "reason": "shared"}
    answer = harness.client.post(f"/v1/profiles/{harness.made['profile']}/detach", body=body).json()
    harness.made.update(detachment=answer["detachment_id"])


def _dismissed(harness: ServiceHarness) -> None:
    _two(harness)
    pair = [harness.made["one"], harness.made["other"]]
    assert harness.client.post("/v1/duplicates/dismiss", body={"profiles": pair}).status_code == 200


def _events(harness: ServiceHarness) -> None:
    harness.client.track("buy", ident("mobile_id", "m1"), price="10")
    harness.client.track("Buy", ident("mobile_id", "m1"))


def _aliased(harness: ServiceHarness) -> None:
    _events(harness)
    assert harness.client.post("/v1/catalogue/aliases", body={"event": "Buy", "into": "buy"}).status_code == 200


def _test_profile(harness: ServiceHarness) -> None:
    harness.client.track("Seen", ident("user_id", "passerby-test"))


def _key(harness: ServiceHarness) -> None:
    harness.made.update(key=harness.server.projects.add_key(harness.project, "segment.write_key", 1, label="shop").id)
    harness.server.credentials.refresh_if_changed()


def _user(harness: ServiceHarness) -> None:
    harness.made.update(user=harness.user())


def _tried(harness: ServiceHarness) -> None:
    _user(harness)
    harness.made.update(unlocked=harness.server.users.unlocked_at(harness.made["user"]))


def _signed_in(harness: ServiceHarness) -> None:
    _user(harness)
    harness.made.update(session=harness.session(harness.made["user"]))


def _first_user(harness: ServiceHarness) -> None:
    users = harness.server.users
    if users.password("admin") is None:
        users.add("admin", Role.ADMIN, "no password has this hash", 1)
    harness.made.update(password=users.password("admin"))


def _name(harness: ServiceHarness) -> None:
    harness.made.update(user=f"u{secrets.token_hex(4)}")


def _alerts(harness: ServiceHarness) -> None:
    alerting = harness.monitor.alerting
    alerting.change_settings(type(alerting.settings())(address="http://127.0.0.1:9/hook"))


def _keys(harness: ServiceHarness) -> list[tuple[str, bool]]:
    kept = harness.server.projects.keys(harness.project)
    return sorted((key.label, key.revoked_at is None) for key in kept if key.kind == "segment.write_key")


def _aliases(harness: ServiceHarness) -> int:
    return len(harness.server.reader.aliases(harness.number).rows)


def _role(harness: ServiceHarness) -> list[Any]:
    return [each.role for each in harness.server.users.users() if each.name == harness.made["user"]]


def _has_password(harness: ServiceHarness) -> bool:
    from passerby.accounts import passwords  # noqa: PLC0415 - slow to load

    return passwords.matches(PASSWORD, harness.server.users.password(harness.made["user"]) or "")


def _exists(harness: ServiceHarness, name: str) -> bool:
    try:
        harness.server.projects.project(name)
    except NoSuchProject:
        return False
    return True


def _owners(harness: ServiceHarness, *values: str) -> int:
    """How many profiles these customer ids or devices belong to."""
    names = ("user_id" if value.startswith("u") else "mobile_id" for value in values)
    return len({harness.client.owner(name, value) for name, value in zip(names, values, strict=True)})


CHANGES: Final[Mapping[str, Change]] = {
    "merges.undo_merge": Change(
        "merge.undone",
        lambda harness: harness.server.reader.merge(harness.number, harness.made["merge"]).undone_at is not None,  # type: ignore[union-attr]  # prepared
        prepare=_merged,
        api=lambda harness: harness.api("POST", f"/v1/merges/{harness.made['merge']}/undo", {"reason": "shared"}),
        console=lambda harness: harness.console(
            f"/profiles/{harness.made['profile']}/identity/{harness.made['merge']}/undo", reason="shared"
        ),
        command=lambda harness: harness.command(
            "merges", "undo", harness.made["merge"], "--reason", "shared", project="--project"
        ),
    ),
    "merges.merge_profiles": Change(
        "profiles.merged",
        lambda harness: _owners(harness, "u1", "u2"),
        1,
        prepare=_two,
        api=lambda harness: harness.api(
            "POST",
            "/v1/merges",
            {"winner": harness.made["one"], "loser": harness.made["other"], "reason": "same", "force": True},
        ),
        console=lambda harness: harness.console(
            f"/profiles/{harness.made['one']}/identity/merge", other=harness.made["other"], reason="same", force="true"
        ),
    ),
    "merges.detach_identifier": Change(
        "identifier.detached",
        lambda harness: _owners(harness, "u1", "m1"),
        2,
        prepare=_merged,
        api=lambda harness: harness.api(
            "POST",
            f"/v1/profiles/{harness.made['profile']}/detach",
            {"namespace": "mobile_id", "value": "m1", "reason": "shared"},
        ),
        console=lambda harness: harness.console(
            f"/profiles/{harness.made['profile']}/identity/detach", namespace="mobile_id", value="m1", reason="shared"
        ),
    ),
    "merges.undo_detachment": Change(
        "detachment.undone",
        lambda harness: _owners(harness, "u1", "m1"),
        1,
        prepare=_detached,
        api=lambda harness: harness.api("POST", f"/v1/detachments/{harness.made['detachment']}/undo"),
    ),
    "duplicates.dismiss_duplicate": Change(
        "duplicate.dismissed",
        lambda harness: len(harness.client.get("/v1/duplicates").json()["duplicates"]),
        0,
        prepare=_two,
        api=lambda harness: harness.api(
            "POST", "/v1/duplicates/dismiss", {"profiles": [harness.made["one"], harness.made["other"]]}
        ),
        console=lambda harness: harness.console(f"/duplicates/{harness.made['one']}/{harness.made['other']}/dismiss"),
        command=lambda harness: harness.command(
            "duplicates", "dismiss", harness.made["one"], harness.made["other"], project="--project"
        ),
    ),
    "duplicates.restore_duplicate": Change(
        "duplicate.restored",
        lambda harness: len(harness.client.get("/v1/duplicates").json()["duplicates"]),
        1,
        prepare=_dismissed,
        api=lambda harness: harness.api(
            "POST", "/v1/duplicates/restore", {"profiles": [harness.made["one"], harness.made["other"]]}
        ),
        console=lambda harness: harness.console(f"/duplicates/{harness.made['one']}/{harness.made['other']}/restore"),
        command=lambda harness: harness.command(
            "duplicates", "restore", harness.made["one"], harness.made["other"], project="--project"
        ),
    ),
    "deletion.delete_test_data": Change(
        "test_data.deleted",
        lambda harness: harness.server.reader.test_data(harness.number).profiles,
        0,
        prepare=_test_profile,
        api=lambda harness: harness.api("DELETE", "/v1/test-data"),
        console=lambda harness: harness.console("/settings/test-data"),
        command=lambda harness: harness.command("test-data", "delete", project="--project"),
    ),
    "catalogue.change_type": Change(
        "catalogue.type_changed",
        lambda harness: harness.server.reader.attribute_type(harness.number, "buy", "price"),
        "number",
        prepare=_events,
        api=lambda harness: harness.api(
            "PATCH", "/v1/catalogue/attributes", {"event": "buy", "attribute": "price", "type": "number"}
        ),
        console=lambda harness: harness.console(
            "/catalogue/edit", event="buy", attribute="price", do="type", to="number"
        ),
        command=lambda harness: harness.command(
            "catalogue", "type", "price", "number", "--event", "buy", project="--project"
        ),
    ),
    "catalogue.merge_name": Change(
        "catalogue.merged",
        _aliases,
        1,
        prepare=_events,
        api=lambda harness: harness.api("POST", "/v1/catalogue/aliases", {"event": "Buy", "into": "buy"}),
        console=lambda harness: harness.console("/catalogue/edit", event="Buy", do="merge", to="buy"),
        command=lambda harness: harness.command("catalogue", "merge", "buy", "--event", "Buy", project="--project"),
    ),
    "catalogue.unmerge_name": Change(
        "catalogue.merge_undone",
        _aliases,
        0,
        prepare=_aliased,
        api=lambda harness: harness.api("POST", "/v1/catalogue/aliases/undo", {"event": "Buy"}),
        console=lambda harness: harness.console("/catalogue/edit", event="Buy", do="undo"),
        command=lambda harness: harness.command("catalogue", "undo", "--event", "Buy", project="--project"),
    ),
    "catalogue.delete_names": Change(
        "catalogue.deleted",
        lambda harness: [each.name for each in harness.server.reader.catalogue(harness.number, limit=9).events],
        ["buy"],
        prepare=_events,
        api=lambda harness: harness.api("POST", "/v1/catalogue/delete", {"names": [{"event": "Buy"}]}),
        console=lambda harness: harness.console("/catalogue/edit", event="Buy", do="delete"),
        command=lambda harness: harness.command("catalogue", "delete", "Buy", project="--project"),
    ),
    "tracking_plan.annotate": Change(
        "catalogue.marked",
        lambda harness: [mark.planned for mark in harness.server.projects.annotations(harness.number)],
        [True],
        api=lambda harness: harness.api("PATCH", "/v1/catalogue/annotations", {"event": "Seen", "planned": True}),
        console=lambda harness: harness.console("/catalogue/mark", event="Seen", planned="true"),
    ),
    "keys.add_key": Change(
        "key.added",
        _keys,
        [("web", True)],
        api=lambda harness: harness.api("POST", "/v1/keys", {"kind": "segment.write_key", "label": "web"}),
        console=lambda harness: harness.console("/sources/segment/keys", kind="segment.write_key", label="web"),
        command=lambda harness: harness.command(
            "keys", "add", "segment.write_key", "--label", "web", project="--project"
        ),
    ),
    "keys.rotate_key": Change(
        "key.rotated",
        _keys,
        [("shop", False), ("shop", True)],
        prepare=_key,
        api=lambda harness: harness.api("POST", f"/v1/keys/{harness.made['key']}/rotate"),
        console=lambda harness: harness.console(f"/sources/segment/keys/{harness.made['key']}/rotate"),
        command=lambda harness: harness.command("keys", "rotate", str(harness.made["key"]), project="--project"),
    ),
    "keys.revoke_key": Change(
        "key.revoked",
        _keys,
        [("shop", False)],
        prepare=_key,
        api=lambda harness: harness.api("POST", f"/v1/keys/{harness.made['key']}/revoke"),
        console=lambda harness: harness.console(f"/sources/segment/keys/{harness.made['key']}/revoke"),
        command=lambda harness: harness.command("keys", "revoke", str(harness.made["key"]), project="--project"),
    ),
    "policy.change_policy": Change(
        "policy.changed",
        lambda harness: harness.project.settings.blocked_values,
        ("guest",),
        api=lambda harness: harness.api("PUT", "/v1/identity/policy", {"blocked_values": ["guest"]}),
        console=lambda harness: harness.console("/settings/policy", blocked_values="guest", contact_traits="email"),
        command=lambda harness: harness.command("projects", "policy", "set", harness.project.name, "--block", "guest"),
    ),
    "projects.change_project": Change(
        "project.changed",
        lambda harness: harness.project.settings.timezone,
        "Europe/Lisbon",
        api=lambda harness: harness.api("PATCH", "/v1/project", {"timezone": "Europe/Lisbon"}),
        console=lambda harness: harness.console("/settings", name=harness.project.name, timezone="Europe/Lisbon"),
        command=lambda harness: harness.command("projects", "set", harness.project.name, "--timezone", "Europe/Lisbon"),
    ),
    "projects.add_project": Change(
        "project.added",
        lambda harness: _exists(harness, harness.made["user"]),
        prepare=_name,
        command=lambda harness: harness.command("projects", "add", harness.made["user"]),
    ),
    "sources.send_test_event": Change(
        "source.tested",
        lambda harness: harness.server.context.log.accepted(harness.number),
        1,
        prepare=_key,
        api=lambda harness: harness.api("POST", "/v1/sources/segment/test"),
        console=lambda harness: harness.console("/sources/segment/test"),
    ),
    "sessions.sign_in": Change(
        "signed_in",
        lambda harness: harness.server.users.sessions(harness.made["user"], harness.server.context.now())[0],
        1,
        prepare=_user,
        console=lambda harness: harness.form("/sign-in", user=harness.made["user"], password=PASSWORD),
    ),
    "sessions.sign_out": Change(
        "signed_out",
        lambda harness: harness.server.users.sessions(harness.made["user"], harness.server.context.now())[0],
        0,
        prepare=_signed_in,
        console=lambda harness: harness.form("/sign-out", harness.made["session"]),
    ),
    "users.add_user": Change(
        "user.added",
        _role,
        [Role.VIEWER],
        prepare=_name,
        console=lambda harness: harness.console("/settings/users/add", name=harness.made["user"], role="viewer"),
        command=lambda harness: harness.command("users", "add", harness.made["user"]),
    ),
    "users.change_role": Change(
        "user.changed",
        _role,
        [Role.ADMIN],
        prepare=_user,
        console=lambda harness: harness.console("/settings/users/role", name=harness.made["user"], role="admin"),
        command=lambda harness: harness.command("users", "role", harness.made["user"], "admin"),
    ),
    "users.set_password": Change(
        "password.changed",
        _has_password,
        expected=False,
        prepare=_user,
        console=lambda harness: harness.console("/settings/users/password", name=harness.made["user"]),
        command=lambda harness: harness.command("users", "password", harness.made["user"]),
    ),
    "users.set_own_password": Change(
        "password.changed",
        _has_password,
        expected=False,
        prepare=_signed_in,
        console=lambda harness: harness.form(
            f"/p/{harness.project.name}/settings/users/own-password",
            harness.made["session"],
            current=PASSWORD,
            new="another correct horse",
        ),
    ),
    "users.reset_first_user": Change(
        "password.changed",
        lambda harness: harness.server.users.password("admin") != harness.made["password"],
        prepare=_first_user,
        command=lambda harness: harness.command("password"),
    ),
    "users.unlock_user": Change(
        "user.unlocked",
        lambda harness: harness.server.users.unlocked_at(harness.made["user"]) > harness.made["unlocked"],
        prepare=_tried,
        command=lambda harness: harness.command("users", "unlock", harness.made["user"]),
    ),
    "users.remove_user": Change(
        "user.removed",
        _role,
        [],
        prepare=_user,
        console=lambda harness: harness.console("/settings/users/remove", name=harness.made["user"]),
        command=lambda harness: harness.command("users", "remove", harness.made["user"]),
    ),
    "alerts.change_alerts": Change(
        "alerts.changed",
        lambda harness: harness.monitor.alerting.settings().format,
        "slack",
        prepare=_alerts,
        console=lambda harness: harness.console("/health/alerts", format="slack"),
    ),
    "alerts.record_test_alert": Change(
        "alerts.tested",
        lambda _: None,  # the receiver is outside, and does not answer here
        None,
        prepare=_alerts,
        console=lambda harness: harness.console("/health/alerts/test"),
    ),
    **destination_changes.CHANGES,
}
"""By module and function of `passerby.services`."""
