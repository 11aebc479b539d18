"""The command `passerby demo`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from passerby.accounts.bootstrap import FIRST_PROJECT
from passerby.cli import examples, greeting
from passerby.cli.app import Data, Json, Project, data_dir, open_store
from passerby.cli.output import say, say_json, say_table
from passerby.demo.errors import NoServer
from passerby.demo.run import Plan, Progress, Report, run
from passerby.dialects import registry
from passerby.storage import locks

_LOOKS = (
    ("the profile", ""),
    ("its events", "/events"),
    ("its purchases, from every source", "/events?semantic=purchased"),
    ("its identity history", "/history"),
)
_FIGURES = ("accepted", "applied", "duplicates", "events")


def demo(
    *,
    people: Annotated[int, Parameter(validator=Number(gte=1, lte=1_000_000), help="Number of users.")] = 2_000,
    seed: Annotated[int, Parameter(help="Random seed. The same seed gives the same users and events.")] = 1,
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """Load sample data (one day, by default 2,000 users) into the running server.

    The users are fictional. They browse anonymously, sign up, use several devices, buy, and pass phones on to other
    users; every source reports a part of it, including duplicates and invalid device ids. Event times lie within the
    last 24 hours. The keys for loading are created with a label of their own and revoked at the end.
    """
    folder = data_dir(data)
    serving = locks.running(folder)
    if serving is None:
        raise NoServer(folder.path)
    with open_store(data) as store, _progress_bar(shown=not json) as progress:
        started = time.monotonic()
        report = run(Plan(people, seed), store, store.project(project), serving, progress)
        seconds = time.monotonic() - started
    growth = {figure: report.after[figure] - report.before[figure] for figure in _FIGURES}
    if json:
        answers = {str(status): count for status, count in sorted(report.answers.items())}
        interest = [seen._asdict() | {"highlight": seen.highlight._asdict()} for seen in report.worth_a_look]
        document = {"calls": dict(report.calls), "answers": answers, "seconds": round(seconds, 1), "growth": growth}
        say_json(document | {"profiles": report.after["profiles"], "worth_a_look": interest})
        return
    say_report(report, growth, seconds)
    if report.worth_a_look:
        url = greeting.url(serving.console_host, serving.console_port)
        profile = f"{url}/v1/profiles/{report.worth_a_look[0].profile}"
        say("\nTo read a profile, set PASSERBY_TOKEN to an API token (`passerby keys add api_token` creates one):\n")
        # A variable: a token in an argument could be read by other users of the machine.
        say(examples.written([examples.get(title, f"{profile}{path}", "$PASSERBY_TOKEN") for title, path in _LOOKS]))


@contextmanager
def _progress_bar(*, shown: bool) -> Iterator[Progress]:
    from rich import console, progress  # noqa: PLC0415 - slow to load, and only this command needs it

    columns = (*progress.Progress.get_default_columns(), progress.MofNCompleteColumn())
    with progress.Progress(*columns, console=console.Console(stderr=True), disable=not shown) as bar:
        task = bar.add_task("calls", total=None)
        yield lambda _, calls: bar.update(task, advance=1, total=calls)


def say_report(report: Report, growth: Mapping[str, int], seconds: float) -> None:
    """Write what was sent, what the server made of it, and a few profiles to look at. `growth` is by figure."""
    answers = ", ".join(f"{status} ({count})" for status, count in sorted(report.answers.items()))
    say(f"Sent {report.answers.total()} requests in {seconds:.0f} s. Responses: {answers}.")
    calls = ", ".join(f"{registry.NAMED[dialect].title} {count}" for dialect, count in report.calls.most_common())
    say(f"By source: {calls}.")
    say(f"Messages: {growth['accepted']} received, {growth['applied']} applied, {growth['duplicates']} duplicates.")
    stages = ", ".join(f"{count} {stage}" for stage, count in report.after["profiles"].items())
    say(f"New events: {growth['events']}. Profiles: {stages}.\n")
    say("Profiles of interest:\n")
    rows = [
        (seen.highlight.what, seen.highlight.value, seen.stage, str(seen.events), str(seen.members), seen.profile)
        for seen in report.worth_a_look
    ]
    say_table(("profile of", "identifier", "stage", "events", "merged", "profile id"), rows)
