"""The commands `passerby catalogue ...`. They work on the data directory, with or without a running server."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from passerby.accounts.bootstrap import FIRST_PROJECT
from passerby.catalogue.types import DataType
from passerby.cli.app import Data, Json, Project, access_to, open_state
from passerby.cli.errors import CommandError
from passerby.cli.output import say, say_json, say_table
from passerby.clock import iso
from passerby.services import catalogue
from passerby.services.cursors import Page
from passerby.state.views import CatalogueAttribute

commands = App(name="catalogue", help="List, merge and delete event names, attributes and traits; change their types.")

_PAGE = 1_000

Event = Annotated[str, Parameter(name="--event", help="Event name; without it, the attribute is a trait.")]
Attribute = Annotated[str, Parameter(help="Attribute of the event, or trait.")]


@commands.command(name="list")
def list_names(*, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False) -> None:
    """List event names, attributes and traits with their types, counts and merged spellings."""
    rows: list[tuple[str, str, str, int, str, str]] = []
    traits: list[tuple[str, str, str, int, str, str]] = []
    with access_to(data, project) as access:
        page = Page(_PAGE) if open_state(data).exists() else None  # reading would fail without a state
        while page is not None:
            found = catalogue.get_catalogue(access, page)
            for event in found.events:
                rows.append((event.name, "", "", event.count, iso(event.last_seen), ", ".join(event.spellings)))
                rows += [_row(event.name, each) for each in event.attributes]
            traits = [_row("", each) for each in found.traits]  # the same on every page
            page = None if found.cursor is None else Page(_PAGE, found.cursor)
    rows += traits
    headings = ("event", "attribute", "type", "count", "last_seen", "spellings")
    if json:
        say_json([dict(zip(headings, row, strict=True)) for row in rows])
    else:
        say_table(headings, [tuple(map(str, row)) for row in rows])


@commands.command(name="type")
def change_type(
    attribute: Attribute,
    type_: Annotated[DataType, Parameter(help="New type.")],
    *,
    event: Event = "",
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Change the type of an attribute or trait. Recorded values stay as they are.

    The console and the API also count the past values that fit the new type.
    """
    with access_to(data, project) as access:
        before = catalogue.change_type(access, event, attribute, type_)
    say(f"The type of {attribute!r} is {type_}; it was {before}.")


@commands.command
def merge(
    into: Annotated[str, Parameter(help="Name to merge into.")],
    *,
    event: Event = "",
    attribute: Annotated[str, Parameter(help="Attribute or trait to merge; without it, the event name.")] = "",
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Merge a spelling of an event name, attribute or trait into another name. Can be undone."""
    with access_to(data, project) as access:
        catalogue.merge_name(access, event, attribute, into)
    say(f"Starting with the next batch, {attribute or event!r} is recorded as {into!r}.")


@commands.command
def undo(
    *,
    event: Event = "",
    attribute: Annotated[str, Parameter(help="Merged attribute or trait; without it, the event name.")] = "",
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Undo a merge. Events recorded in between keep the name that they were merged into."""
    with access_to(data, project) as access:
        catalogue.unmerge_name(access, event, attribute)
    say(f"Starting with the next batch, {attribute or event!r} is recorded under its own name.")


@commands.command
def delete(
    *names: Annotated[str, Parameter(help="Event names; with --event, its attributes; with --traits, traits.")],
    event: Annotated[str, Parameter(help="Event whose attributes are deleted.")] = "",
    traits: Annotated[bool, Parameter(negative="", help="Delete traits.")] = False,
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Delete event names, attributes or traits from the catalogue. Recorded events and profiles stay."""
    if event and traits:
        raise CommandError("--event and --traits cannot be combined: choose one")
    pairs = [(event, name) if event or traits else (name, "") for name in names]
    with access_to(data, project) as access:
        found = catalogue.delete_names(access, pairs)
    say(f"{found.deleted} deleted.")
    if found.unknown:
        missing = ", ".join(repr(attribute or name) for name, attribute in found.unknown)
        raise CommandError(f"not in the catalogue of project {project}: {missing}")


def _row(event: str, each: CatalogueAttribute) -> tuple[str, str, str, int, str, str]:
    return event, each.name, each.type, each.count, iso(each.last_seen), ", ".join(each.spellings)
