"""Permissions of callers, and that every use case checks one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.services.harness import Installation, ServiceHarness, installation

from passerby.accounts.policy import IdentityPolicy
from passerby.accounts.scopes import Scope
from passerby.accounts.users import Role, Visitor
from passerby.services import keys, live, merges, policy, projects, tracking_plan, users
from passerby.services.access import ServerAccess
from passerby.services.caller import COMMAND_LINE, Caller, Permission, bearer, signed_in
from passerby.services.errors import Forbidden

OURS, THEIRS = 1, 2


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("callers")) as found:
        yield found


def permissions(caller: Caller, project: int) -> set[str]:
    return {permission.value for permission in Permission if caller.may(permission, project)}


def test_a_token_has_its_scopes_in_its_own_project() -> None:
    caller = bearer("shop", OURS, [Scope.READ, Scope.IDENTITY], "192.0.2.1")
    assert (caller.label, caller.user, caller.address) == ("shop", "", "192.0.2.1")
    assert (permissions(caller, OURS), permissions(caller, THEIRS)) == ({"read", "identity"}, set())
    assert bearer("", OURS, []).label == "a token without a label"


@pytest.mark.parametrize(
    "visitor, ours, theirs",
    [
        (Visitor("ann", Role.VIEWER), {"read"}, {"read"}),
        (Visitor("ann", Role.ADMIN), {"read", "identity", "manage", "administer"}, set(Permission)),
        (Visitor("ann", None, {OURS: Role.ADMIN}), {"read", "identity", "manage"}, set()),
        (Visitor("ann", Role.VIEWER, {OURS: Role.ADMIN}), {"read", "identity", "manage"}, {"read"}),
    ],
)
def test_a_console_user_has_the_permissions_of_their_roles(visitor: Visitor, ours: set[str], theirs: set[str]) -> None:
    caller = signed_in(visitor)
    assert (caller.label, caller.user) == ("console user ann", "ann")
    assert (permissions(caller, OURS), permissions(caller, THEIRS)) == (ours, theirs)


def test_the_command_line_may_do_everything() -> None:
    assert permissions(COMMAND_LINE, OURS) == set(Permission)


def access(harness: ServiceHarness, *scopes: Scope) -> ServerAccess:
    return ServerAccess(harness.server.context, harness.number, bearer("weak", harness.number, scopes))


def test_a_use_case_is_refused_without_its_permission(shared: Installation) -> None:
    weak = access(ServiceHarness(shared), Scope.READ)
    with pytest.raises(Forbidden) as refused:
        merges.undo_merge(weak, "any")
    assert (refused.value.code, refused.value.details) == ("forbidden", {"scope": "identity"})
    with pytest.raises(Forbidden):
        keys.revoke_key(weak, 1)
    with pytest.raises(Forbidden):
        users.remove_user(weak, "ada")
    with pytest.raises(Forbidden):
        keys.list_keys(access(ServiceHarness(shared)))


def test_the_path_of_a_webhook_is_shown_to_those_who_manage_the_project(shared: Installation) -> None:
    harness = ServiceHarness(shared)
    path = harness.server.projects.add_key(harness.project, "customerlabs.webhook_path", 1).value
    shown = {
        scope: [key.value for key in keys.list_keys(access(harness, scope)) if key.kind.endswith("webhook_path")]
        for scope in (Scope.READ, Scope.MANAGE)
    }
    assert shown[Scope.MANAGE] == [path]
    assert shown[Scope.READ] != [path]


def test_a_caller_without_a_role_in_every_project_sees_only_their_own_user(shared: Installation) -> None:
    harness = ServiceHarness(shared)
    name = harness.user()
    own = replace(access(harness), caller=signed_in(Visitor(name, None, {harness.number: Role.ADMIN})), project=0)
    assert [user.name for user in users.list_users(own)] == [name]
    assert len(users.list_users(replace(own, caller=COMMAND_LINE))) > 1


def test_requests_with_an_unknown_key_are_shown_to_administrators_of_the_server(shared: Installation) -> None:
    harness = ServiceHarness(shared)
    reader = access(harness, Scope.READ)
    assert live.visible_projects(reader) == (harness.number,)
    assert live.visible_projects(replace(reader, caller=COMMAND_LINE)) == (harness.number, 0)


@pytest.mark.parametrize(
    "change",
    [
        lambda access: keys.add_key(access, "segment.write_key"),
        lambda access: projects.change_project(access, projects.ProjectChanges(timezone="Europe/Lisbon")),
        lambda access: policy.change_policy(access, IdentityPolicy(blocked_values=["guest"])),
        lambda access: tracking_plan.annotate(access, "Seen", "", tracking_plan.AnnotationChanges(planned=True)),
        lambda access: projects.add_project(access, "unrecorded"),
    ],
)
def test_a_change_of_accounts_that_cannot_be_recorded_is_not_made(
    shared: Installation, change: Callable[[ServerAccess], object]
) -> None:
    class Full:
        def __enter__(self) -> None:
            raise OSError("no space left")

        def __exit__(self, *_: object) -> None: ...

    harness = ServiceHarness(shared)
    store = harness.server.projects
    before = store.projects(), store.keys(harness.project), store.annotations(harness.number)
    context = replace(harness.server.context, audit=Full)  # type: ignore[arg-type]  # what cannot be opened
    with pytest.raises(OSError, match="no space"):
        change(ServerAccess(context, harness.number, COMMAND_LINE))
    assert (store.projects(), store.keys(harness.project), store.annotations(harness.number)) == before
