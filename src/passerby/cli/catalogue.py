"""The commands `passerby catalogue ...`. They work on the data folder, whether it is served or not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from passerby.catalogue.aliases import Alias, BadAlias, UnknownName
from passerby.catalogue.types import DataType
from passerby.cli.app import WHO, Data, Json, Project, note, open_state, open_store
from passerby.cli.errors import CommandError
from passerby.cli.output import say, say_json, say_table
from passerby.engines import StateEngine
from passerby.projects.founding import FIRST_PROJECT
from passerby.state.protocol import State
from passerby.state.views import StateReader

commands = App(name="catalogue", help="List, merge and delete event names, attributes and traits; change their types.")

_PAGE = 1_000

Event = Annotated[str, Parameter(name="--event", help="The event name; without it, a trait is meant.")]
Attribute = Annotated[str, Parameter(help="The attribute of the event, or the trait.")]


class EditRefused(CommandError):
    """The catalogue has no such name, or it cannot be changed in this way."""


@commands.command(name="list")
def list_names(*, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False) -> None:
    """List event names, attributes and traits with their types, counts and merged spellings."""
    number, engine = _place(data, project)
    rows: list[tuple[str, str, str, int, str, str]] = []
    if engine.exists():
        with closing(engine.open_reader()) as reader:
            rows = list(_rows(reader, number))
    headings = ("event", "attribute", "type", "count", "last_seen", "spellings")
    if json:
        say_json([dict(zip(headings, row, strict=True)) for row in rows])
    else:
        say_table(headings, [tuple(map(str, row)) for row in rows])


@commands.command(name="type")
def change_type(
    attribute: Attribute,
    type_: Annotated[DataType, Parameter(help="The new type.")],
    *,
    event: Event = "",
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Change the type of an attribute or trait. Recorded values stay as they are.

    The console and the API also count the past values that fit the new type.
    """
    with _editing(data, project) as (number, state):
        before = state.change_type(number, event, attribute, type_)
    note(data, number, "catalogue.type_changed", details={"event": event, "attribute": attribute, "type": type_})
    say(f"The type of {attribute!r} is {type_}; it was {before}.")


@commands.command
def merge(
    into: Annotated[str, Parameter(help="The name to merge into.")],
    *,
    event: Event = "",
    attribute: Annotated[str, Parameter(help="The attribute or trait to merge; without it, the event name.")] = "",
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Merge a spelling of an event name, attribute or trait into another name. Can be undone."""
    _named(event, attribute)
    with _editing(data, project) as (number, state):
        state.add_alias(number, Alias(event, attribute, into, time.time_ns() // 1_000_000, WHO))
    note(data, number, "catalogue.merged", details={"event": event, "attribute": attribute, "into": into})
    say(f"From the next batch on, {attribute or event!r} is recorded as {into!r}.")


@commands.command
def undo(
    *,
    event: Event = "",
    attribute: Annotated[str, Parameter(help="The merged attribute or trait; without it, the event name.")] = "",
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Undo a merge. What was recorded in between stays under the name that it was merged into."""
    _named(event, attribute)
    with _editing(data, project) as (number, state):
        state.remove_alias(number, event, attribute)
    note(data, number, "catalogue.merge_undone", details={"event": event, "attribute": attribute})
    say(f"From the next batch on, {attribute or event!r} is recorded under its own name.")


@commands.command
def delete(
    *names: Annotated[str, Parameter(help="Event names; with --event, attributes of it; with --traits, traits.")],
    event: Annotated[str, Parameter(help="The event whose attributes are deleted.")] = "",
    traits: Annotated[bool, Parameter(negative="", help="The names are traits.")] = False,
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Delete event names, attributes or traits from the catalogue. Recorded events and profiles stay."""
    if event and traits:
        raise EditRefused("choose one of --event and --traits")
    pairs = [(event, name) if event or traits else (name, "") for name in names]
    with _editing(data, project) as (number, state):
        unknown = state.delete_names(number, pairs)
    note(data, number, "catalogue.deleted", details={"event": event, "traits": traits, "names": names})
    say(f"{len(pairs) - len(unknown)} deleted.")
    if unknown:
        missing = ", ".join(repr(attribute or name) for name, attribute in unknown)
        raise EditRefused(f"not in the catalogue of project {project}: {missing}")


def _place(data: Path | None, project: str) -> tuple[int, StateEngine]:
    """The project's number, and the state."""
    with open_store(data) as store:
        return store.project(project).id, open_state(data)


@contextmanager
def _editing(data: Path | None, project: str) -> Iterator[tuple[int, State]]:
    number, engine = _place(data, project)
    with closing(engine.open_writer()) as state:
        try:
            yield number, state
        except BadAlias as fault:
            raise EditRefused(str(fault)) from None
        except UnknownName:
            raise EditRefused(
                f"project {project} has no such name: `passerby catalogue list` shows the catalogue"
            ) from None


def _named(event: str, attribute: str) -> None:
    if not event and not attribute:
        raise EditRefused("name an event with --event, an attribute of it with --attribute, or a trait with it alone")


def _rows(reader: StateReader, project: int) -> Iterator[tuple[str, str, str, int, str, str]]:
    page = reader.catalogue(project, limit=_PAGE)
    traits = [_row("", each) for each in page.traits]
    while True:
        for event in page.events:
            yield event.name, "", "", event.count, event.last_seen, ", ".join(event.spellings)
            yield from (_row(event.name, each) for each in event.attributes)
        if page.after is None:
            break
        page = reader.catalogue(project, limit=_PAGE, after=page.after)
    yield from traits


def _row(event: str, each: Any) -> tuple[str, str, str, int, str, str]:
    return event, each.name, each.type, each.count, each.last_seen, ", ".join(each.spellings)
