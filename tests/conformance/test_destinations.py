"""Conformance of engines that store the configurations of destinations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from tests.conformance import controls
from tests.conformance.destinations import ENGINES
from tests.delivery.destinations.world import destination, person

from passerby.destinations.protocol import (
    MOST,
    Destinations,
    DestinationsEngine,
    NameTaken,
    SecretsUnreadable,
    TooManyDestinations,
    UnknownDestination,
    VersionChanged,
)
from passerby.destinations.records import Destination

ONE = destination(secrets={"headers": {"authorization": "secret"}})


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> DestinationsEngine:
    with controls.ENGINES[request.param](tmp_path).open_projects() as projects:
        projects.add_project("default", 1)
        projects.add_project("other", 1)
    return ENGINES[request.param](tmp_path)


@pytest.fixture
def stored(engine: DestinationsEngine) -> Iterator[Destinations]:
    with closing(engine.open_store()) as opened:
        yield opened


def another(number: int) -> Destination:
    return destination(id=person(number), name=f"crm {number}", created_at=number)


def test_a_destination_is_as_it_was_added(stored: Destinations) -> None:
    stored.add(ONE, 7)
    assert stored.get(1, ONE.id) == ONE
    assert stored.of_project(1) == [ONE]
    assert stored.of_project(2) == []
    snapshot = stored.changes_since(0)
    assert snapshot is not None
    assert snapshot.destinations == [(ONE, "default", 7)]
    assert stored.changes_since(snapshot.revision) is None


def test_destinations_are_listed_oldest_first(stored: Destinations) -> None:
    for number in (3, 1, 2):
        stored.add(another(number), 0)
    assert [each.name for each in stored.of_project(1)] == ["crm 1", "crm 2", "crm 3"]


def test_a_name_is_of_one_destination_of_a_project(stored: Destinations) -> None:
    stored.add(ONE, 0)
    with pytest.raises(NameTaken):
        stored.add(msgspec.structs.replace(ONE, id=person(2)), 0)
    stored.add(another(2), 0)
    with pytest.raises(NameTaken):
        stored.replace(msgspec.structs.replace(another(2), name=ONE.name))
    stored.add(msgspec.structs.replace(ONE, id=person(3), project=2), 0)


def test_a_change_is_based_on_the_present_version(stored: Destinations) -> None:
    stored.add(ONE, 0)
    changed = stored.replace(msgspec.structs.replace(ONE, types=("profile.created",)))
    assert changed.version == 2
    assert stored.get(1, ONE.id) == changed
    with pytest.raises(VersionChanged):
        stored.replace(ONE)
    with pytest.raises(UnknownDestination):
        stored.replace(another(9))


def test_a_pause_keeps_the_version_and_is_a_change(stored: Destinations) -> None:
    stored.add(ONE, 0)
    before = stored.changes_since(0)
    assert before is not None
    stored.set_state(ONE.id, "auth", 50)
    paused = stored.get(1, ONE.id)
    assert (paused.state, paused.pause_reason, paused.changed_at, paused.version) == ("paused", "auth", 50, 1)
    assert stored.changes_since(before.revision) is not None
    stored.set_state(ONE.id, "", 60)
    assert stored.get(1, ONE.id).state == "running"


def test_a_deleted_destination_is_unknown(stored: Destinations) -> None:
    stored.add(ONE, 0)
    with pytest.raises(UnknownDestination):
        stored.delete(2, ONE.id)
    stored.delete(1, ONE.id)
    for look in (stored.get, stored.delete):
        with pytest.raises(UnknownDestination):
            look(1, ONE.id)


def test_a_project_has_a_limited_number(stored: Destinations) -> None:
    for number in range(MOST):
        stored.add(destination(id=person(number), name=str(number), signing_secrets=()), 0)
    with pytest.raises(TooManyDestinations):
        stored.add(destination(id=person(MOST), name="one more", signing_secrets=()), 0)


def test_one_whose_secrets_cannot_be_read_stops_no_other(
    engine: DestinationsEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine.open_store() as stored:
        stored.add(ONE, 0)
        stored.add(destination(id=person(2), name="plain", signing_secrets=()), 0)
    assert len(engine.secret_keys()) == 1
    monkeypatch.setenv("PASSERBY_SECRET_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")  # another one
    with engine.open_store() as stored:
        with pytest.raises(SecretsUnreadable):
            stored.get(1, ONE.id)
        snapshot = stored.changes_since(0)
        assert snapshot is not None
        assert [each.destination.name for each in snapshot.destinations] == ["plain"]
    assert all(engine.version())
