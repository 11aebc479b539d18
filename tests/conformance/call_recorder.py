"""A pytest plugin that records which methods of the engines' protocols the conformance tests call.

`test_protocol_coverage.py` runs the tests with it, in a process of their own: tests that are spread over processes, in
random order, cannot tell what all of them call together. Every object that an engine opens is wrapped; a call that the
object makes to itself does not count.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final, Self, get_args, get_origin, get_type_hints

import pytest
from tests.conformance import controls, deliveries, destinations, event_stores, states
from tests.conformance.event_stores import Opened

from passerby.deliveries.protocol import DeliveryEngine
from passerby.delivery.protocol import Sink
from passerby.destinations.protocol import DestinationsEngine
from passerby.engines import ControlEngine, EventStoreEngine, LogEngine, StateEngine
from passerby.event_store.protocol import EventStore
from passerby.state.manager.connector import Connector

FILE: Final = "RECORDED_CALLS"
"""The environment variable that names the file to which the calls are written."""
TABLES: Final[list[tuple[dict[str, Any], type]]] = [
    (controls.ENGINES, ControlEngine),
    (event_stores.ENGINES, EventStoreEngine),
    (states.ENGINES, StateEngine),
    (deliveries.ENGINES, DeliveryEngine),
    (destinations.ENGINES, DestinationsEngine),
]
"""The engines that the files share, and their protocol. The log's are in its only file."""
PROTOCOLS: Final = {LogEngine, *(protocol for _, protocol in TABLES)}
EXCLUDED: Final = {Connector}
"""A manager's way to its own tables: what it runs is compared with the engine's statements in `test_state.py`."""

_calls: set[str] = set()


def members(protocol: type) -> set[str]:
    """The public methods and properties of a protocol, those that it inherits included."""
    classes = [each for each in protocol.__mro__ if getattr(each, "_is_protocol", False)]
    return {name for each in classes for name in vars(each) if not name.startswith("_")}


def opened_by(protocol: type, name: str) -> Any:
    """What a method of a protocol returns, as it is annotated; None for a property."""
    return get_type_hints(getattr(protocol, name)).get("return") if callable(getattr(protocol, name)) else None


def protocols_in(hint: Any) -> list[type]:
    """The protocols in an annotation: itself, or those in a tuple or a context manager."""
    if getattr(hint, "_is_protocol", False):
        return [] if hint in EXCLUDED else [hint]
    wrapped = get_args(hint) if get_origin(hint) in {tuple, AbstractContextManager} else ()
    return [protocol for each in wrapped for protocol in protocols_in(each)]


def reachable(engines: set[type]) -> set[type]:
    """These protocols and all whose objects can be had from them."""
    found, new = set[type](), set(engines)
    while new:
        found |= new
        hints = [opened_by(protocol, name) for protocol in new for name in members(protocol)]
        new = {protocol for hint in hints for protocol in protocols_in(hint)} - found
    return found


class Recorded:
    """An object behind a protocol: passes everything on, and records what of the protocol is used."""

    def __init__(self, target: Any, protocol: type) -> None:
        self._target = target
        self._protocol = protocol
        self._members = members(protocol)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if name not in self._members:
            return value
        used = f"{self._protocol.__name__}.{name}"
        if not callable(value):
            _calls.add(used)
            return value

        def call(*arguments: Any, **named: Any) -> Any:
            _calls.add(used)
            return recorded(value(*arguments, **named), opened_by(self._protocol, name))

        return call

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # tests tell engines apart by their class
        return type(self._target)

    def __enter__(self) -> Self:
        self._target.__enter__()
        return self

    def __exit__(self, *error: object) -> Any:
        return self._target.__exit__(*error)


def recorded(value: Any, hint: Any) -> Any:
    """Wrap what a method returned, where its annotation names protocols."""
    if not protocols_in(hint):
        return value
    if get_origin(hint) is tuple:
        return tuple(recorded(each, of) for each, of in zip(value, get_args(hint), strict=True))
    if get_origin(hint) is AbstractContextManager:
        return entered(value, get_args(hint)[0])
    return Recorded(value, hint)


@contextmanager
def entered(manager: AbstractContextManager[Any], hint: Any) -> Iterator[Any]:
    with manager as value:
        yield recorded(value, hint)


def opening(open_engine: Callable[[Path], Any], protocol: type) -> Callable[[Path], Any]:
    """Wrap how a suite opens an engine."""

    def open_recorded(folder: Path) -> Any:
        engine = open_engine(folder)
        if not isinstance(engine, Opened):
            return Recorded(engine, protocol)
        engine.engine = recorded(engine.engine, protocol)
        engine.store, engine.sink = recorded((engine.store, engine.sink), tuple[EventStore, Sink])
        return engine

    return open_recorded


def pytest_collection_finish(session: pytest.Session) -> None:
    modules = {item.module for item in session.items if isinstance(item, pytest.Function)}
    tables = {id(module.ENGINES): module.ENGINES for module in modules}  # files may share one
    protocols = {id(engines): protocol for engines, protocol in TABLES}
    for key, engines in tables.items():
        protocol = protocols.get(key, LogEngine)
        engines.update({name: opening(open_engine, protocol) for name, open_engine in engines.items()})


def pytest_sessionfinish() -> None:
    Path(os.environ[FILE]).write_text("\n".join(sorted(_calls)))
