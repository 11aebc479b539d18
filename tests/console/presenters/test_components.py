"""Checks are grouped into components with advice."""

from __future__ import annotations

from passerby.console.presenters.components import components


def test_without_problems_every_component_is_healthy() -> None:
    found = components({})
    assert [component.name for component in found] == ["Ingest", "Worker", "Event store", "Console"]
    assert all(component.healthy and component.advice is None for component in found)


def test_a_problem_belongs_to_its_component_and_has_advice() -> None:
    found = {
        component.name: component for component in components({"relay": "stopped", "edge": "closed", "new": "odd"})
    }
    assert {name: component.problems for name, component in found.items()} == {
        "Ingest": ["closed"],
        "Worker": [],
        "Event store": ["stopped"],
        "Console": ["odd"],
    }
    assert all(component.advice for component in found.values() if component.problems)
