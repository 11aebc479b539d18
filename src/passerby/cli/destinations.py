"""The commands `passerby destinations ...`: list and change destinations, and see what they did."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from cyclopts import App, Parameter

from passerby.accounts.bootstrap import FIRST_PROJECT
from passerby.cli.app import Data, Json, Project, access_to, open_state
from passerby.cli.errors import CommandError
from passerby.cli.output import say, say_json, say_table
from passerby.clock import now_ms
from passerby.schemas import destinations as schemas
from passerby.services import destinations
from passerby.services.cursors import Page
from passerby.services.errors import InvalidParameters

commands = App(name="destinations")  # its help is in `passerby.cli`, which imports this module when it is called

Id = Annotated[str, Parameter(help="Destination id; see `passerby destinations list`.")]
FromFile = Annotated[
    Path,
    Parameter(
        help="JSON file with the members that the API takes; `-` reads standard input.", allow_leading_hyphen=True
    ),
]

_HOUR_MS = 3_600_000
RequestT = TypeVar("RequestT")


class BadDestinationFile(CommandError):
    """The file cannot be read, or does not describe a destination."""


@commands.command
def kinds(*, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False) -> None:
    """List what can be a destination."""
    with access_to(data, project) as access:
        found = destinations.list_kinds(access)
    if json:
        say_json(schemas.kind_list(found))
    else:
        say_table(("kind", "title", "receives"), [(kind.name, kind.title, kind.summary) for kind in found])


@commands.command(name="list")
def list_destinations(*, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False) -> None:
    """List the destinations of a project."""
    with access_to(data, project) as access:
        found = destinations.list_destinations(access)
    if json:
        say_json(schemas.destination_list(found))
        return
    if not found:
        say(f"Project {project} has no destinations. Add one: passerby destinations add --help")
        return
    rows = [(each.id, each.kind, each.name, _state(each.state, each.pause_reason)) for each in found]
    say_table(("id", "kind", "name", "state"), rows)


@commands.command
def show(destination_id: Id, *, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False) -> None:
    """Show what a destination did in the last hour, and in all."""
    with access_to(data, project) as access:
        overview = destinations.destination_overview(access, destination_id, now_ms() - _HOUR_MS)
    shown = schemas.overview(overview)
    if json:
        say_json(shown)
        return
    counts, destination = shown.counts, overview.destination
    say(f"{destination.name} ({destination.kind}): {_state(shown.state, shown.pause_reason)}")
    say()
    rows = [
        ("selected", str(counts.selected), ""),
        ("delivered", str(counts.delivered), ""),
        *(("filtered", str(n), reason) for reason, n in counts.filtered.items()),
        *(("withheld", str(n), reason) for reason, n in counts.withheld.items()),
        *(("dead", str(n), reason) for reason, n in counts.dead.items()),
        ("parked", str(counts.parked), "wait for a retry"),
        ("waiting", str(counts.waiting), f"oldest {shown.oldest_waiting_at}" if shown.oldest_waiting_at else ""),
    ]
    say_table(("step", "items", "reason"), rows)
    if shown.backlog_rows:
        say(f"\n{shown.backlog_rows} batches of the outbox are not read yet.")
    for each in shown.exchanges[:1]:
        say(f"\nLast request, {each.at}: {each.result} {each.reason}\n\n{each.request}\n\n{each.response}")


@commands.command
def add(file: FromFile, *, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False) -> None:
    """Add a destination: `{"kind": "webhook", "name": "crm", "config": {"url": "https://…"}}`."""
    request = _read(file, schemas.AddDestinationRequest)
    with access_to(data, project) as access:
        open_state(data).open_writer().close()  # a destination begins at the end of what is applied
        with _paths(file):
            added = destinations.add_destination(access, request.kind, schemas.wanted(request))
    if json:
        say_json(schemas.added_destination(added))
        return
    say(f"Added destination {added.destination.id} to project {project}: {added.destination.name}")
    if added.signing_secret:
        say(f"Signing secret, shown only once: {added.signing_secret}")


@commands.command
def change(
    destination_id: Id, file: FromFile, *, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False
) -> None:
    """Change the members of a destination that the file has. Members that it leaves out keep their values."""
    request = _read(file, schemas.ChangeDestinationRequest)
    with access_to(data, project) as access, _paths(file):
        changed = destinations.change_destination(access, destination_id, schemas.wanted(request))
    if json:
        say_json(schemas.destination_info(changed))
    else:
        say(f"Changed destination {changed.name}: version {changed.version}")


@commands.command
def delete(destination_id: Id, *, project: Project = FIRST_PROJECT, data: Data = None) -> None:
    """Delete a destination, with its secrets, its counts, and all items that wait or were given up."""
    with access_to(data, project) as access:
        destinations.delete_destination(access, destination_id)
    say(f"Deleted destination {destination_id}")


@commands.command
def pause(destination_id: Id, *, project: Project = FIRST_PROJECT, data: Data = None) -> None:
    """Pause a destination. Its position is kept, so nothing is lost for 72 hours."""
    with access_to(data, project) as access:
        destinations.pause_destination(access, destination_id)
    say(f"Paused destination {destination_id}")


@commands.command
def resume(destination_id: Id, *, project: Project = FIRST_PROJECT, data: Data = None) -> None:
    """Resume a destination at the position at which it was paused."""
    with access_to(data, project) as access:
        destinations.resume_destination(access, destination_id)
    say(f"Resumed destination {destination_id}")


@commands.command
def rotate(
    destination_id: Id,
    *,
    overlap: Annotated[str, Parameter(help="How long both secrets sign, such as `24h`; at most `7d`.")] = "24h",
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """Create a new signing secret and print it. The replaced one signs as well until the overlap ends."""
    request = _converted({"overlap": overlap}, schemas.RotateRequest, "--overlap")
    with access_to(data, project) as access:
        rotated = destinations.rotate_signing_secret(access, destination_id, schemas.milliseconds(request.overlap))
    if json:
        say_json(schemas.added_destination(rotated))
    else:
        say(f"Signing secret, shown only once: {rotated.signing_secret}")


@commands.command
def dead(  # noqa: PLR0913 - a command has as many flags as it needs
    destination_id: Id,
    *,
    reason: Annotated[str, Parameter(help="Only items that were given up for this reason.")] = "",
    limit: Annotated[int, Parameter(help="Number of items, the newest first: 1 to 1000.")] = 100,
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """List items that the target refused, or that made all attempts."""
    if not 1 <= limit <= 1_000:  # noqa: PLR2004 - as in the help
        raise BadDestinationFile("--limit: must be 1 to 1000")
    with access_to(data, project) as access:
        page = destinations.dead_items(access, destination_id, Page(limit), reason=reason)
    shown = schemas.dead_item_page(page)
    if json:
        say_json(shown)
        return
    rows = [
        (each.at, each.type, each.subject, str(each.attempts), each.reason, each.excerpt[:80]) for each in shown.items
    ]
    say_table(("at", "type", "subject", "attempts", "reason", "response"), rows)


@commands.command
def replay(
    destination_id: Id,
    *,
    reason: Annotated[str, Parameter(help="Only items that were given up for this reason.")] = "",
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Try items again that were given up, as for the first time."""
    with access_to(data, project) as access:
        items = destinations.replay_dead(access, destination_id, reason=reason)
    say(f"Items that are tried again: {items}")


def _state(state: str, reason: str) -> str:
    return f"{state} ({reason})" if reason else state


@contextmanager
def _paths(file: Path) -> Iterator[None]:
    """Name the member of the file that cannot be used."""
    try:
        yield
    except InvalidParameters as problem:
        raise BadDestinationFile(f"{file}: {problem.message}") from None


def _read(file: Path, type_: type[RequestT]) -> RequestT:
    """Return the request in a JSON file. Raises BadDestinationFile."""
    try:
        text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as problem:
        raise BadDestinationFile(f"{file} cannot be read: {problem.strerror}") from None
    try:
        document = msgspec.json.decode(text)
    except msgspec.DecodeError as problem:
        raise BadDestinationFile(f"{file} is not JSON: {problem}") from None
    return _converted(document, type_, str(file))


def _converted(document: object, type_: type[RequestT], source: str) -> RequestT:
    try:
        return msgspec.convert(document, type_)
    except msgspec.ValidationError as problem:
        raise BadDestinationFile(f"{source}: {problem}") from None
