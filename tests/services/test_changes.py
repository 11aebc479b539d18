"""Each change has the same effect and exactly one audit entry through every interface."""

from __future__ import annotations

import inspect
import os
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_type_hints

import pytest
from tests.services.change import Calls
from tests.services.changes import CHANGES
from tests.services.harness import ACTORS, Installation, Interface, ServiceHarness, installation

from passerby import services
from passerby.audit.sqlite.log import SqliteAuditLog
from passerby.services.access import Access
from passerby.services.use_cases import DECLARED

MODULES = [import_module(f"passerby.services.{each.name}") for each in pkgutil.iter_modules(services.__path__)]

_OWN = frozenset({"sessions.sign_in", "sessions.sign_out", "users.set_own_password"})
"""Changes that users make of what is their own."""
_RECORDED_AFTERWARDS = frozenset({"sessions.sign_in", "alerts.record_test_alert"})
"""The action depends on the result, and a session whose cookie was not sent cannot be used."""


def _calls() -> list[tuple[str, Interface, Calls]]:
    found = []
    for name, change in CHANGES.items():
        calls = (change.api, change.console, change.command)
        for interface, call in zip(Interface, calls, strict=True):
            if call is not None:
                found.append((name, interface, call))
    return found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("stage")) as found:
        yield found


@pytest.fixture
def harness(shared: Installation, monkeypatch: pytest.MonkeyPatch) -> ServiceHarness:
    for name in [name for name in os.environ if name.startswith("PASSERBY_")]:
        monkeypatch.delenv(name)
    return ServiceHarness(shared)


@pytest.mark.parametrize(
    "name, interface, call", _calls(), ids=lambda value: str(value) if isinstance(value, str) else ""
)
def test_a_change_has_its_effect_and_one_audit_entry(
    harness: ServiceHarness, name: str, interface: Interface, call: Calls
) -> None:
    change = CHANGES[name]
    change.prepare(harness)
    if change.expected is not None:
        assert change.effect(harness) != change.expected
    known = {entry.id for entry in harness.entries()}
    call(harness)
    assert change.effect(harness) == change.expected
    new = [entry for entry in (*harness.entries(), *harness.entries_of_other_projects()) if entry.id not in known]
    expected = f"console user {harness.made['user']}" if name in _OWN else ACTORS[interface]
    assert [(entry.action, entry.who) for entry in new] == [(change.action, expected)]


class Ended(Exception):
    """The process ends at this point."""


def _ends(*_: object) -> None:
    raise Ended


@pytest.mark.parametrize("name", [name for name in CHANGES if name not in _RECORDED_AFTERWARDS])
def test_a_change_whose_process_ends_before_it_is_recorded_as_done_has_an_entry_of_unknown_outcome(
    harness: ServiceHarness, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    change = CHANGES[name]
    change.prepare(harness)
    known = {entry.id for entry in harness.entries()}
    call = change.command or change.api or change.console
    assert call is not None
    monkeypatch.setattr(SqliteAuditLog, "complete", _ends)
    with pytest.raises((Ended, AssertionError)):  # a command ends; API and console answer with an error
        call(harness)
    assert change.effect(harness) == change.expected
    (entry,) = (entry for entry in harness.entries() if entry.id not in known)
    assert (entry.action, entry.outcome) == (change.action, "unknown")


def test_every_use_case_that_changes_something_is_tried() -> None:
    assert {name for name, declared in DECLARED.items() if declared.changes} == CHANGES.keys()


def test_every_function_that_takes_an_access_is_declared() -> None:
    undeclared = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_") and _takes_access(function)
    } - DECLARED.keys()
    assert undeclared == {"live.visible_projects", "merges.decision_of", "projects.project_id"}, "helpers of others"


def _takes_access(function: Any) -> bool:
    first = next(iter(inspect.signature(function).parameters), None)
    return first == "access" and issubclass(get_type_hints(inspect.unwrap(function))["access"], Access)


@pytest.mark.parametrize("opening", ["context.writer(", "context.sender(", ".record("])
def test_a_use_case_that_only_reads_opens_nothing_for_writing(opening: str) -> None:
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            declared = DECLARED.get(f"{module.__name__.rpartition('.')[2]}.{name}")
            if declared and not declared.changes:
                assert opening not in inspect.getsource(inspect.unwrap(function)), name
