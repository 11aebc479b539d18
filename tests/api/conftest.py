"""The management API over real engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api.office import Building, Office


@pytest.fixture(scope="session")
def building(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Building]:
    building = Building(tmp_path_factory.mktemp("api"))
    with building.client:
        yield building
    building.close()


@pytest.fixture
def office(building: Building) -> Iterator[Office]:
    yield Office(building)
    building.apply()
    building.carry()
    building.events.broken = False
