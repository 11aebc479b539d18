"""The command `passerby demo`."""

from __future__ import annotations

import time
from collections.abc import Iterator
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
    """Load sample data (one day, 2,000 users) into the running server.

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
    if json:
        say_json(_shown(report, seconds))
    else:
        _tell(report, seconds, greeting.url(serving.console_host, serving.console_port))


@contextmanager
def _progress_bar(*, shown: bool) -> Iterator[Progress]:
    from rich import console, progress  # noqa: PLC0415 - slow to load, and only this command needs it

    columns = (*progress.Progress.get_default_columns(), progress.MofNCompleteColumn())
    with progress.Progress(*columns, console=console.Console(stderr=True), disable=not shown) as bar:
        task = bar.add_task("calls", total=None)
        yield lambda _, calls: bar.update(task, advance=1, total=calls)


def _growth(report: Report) -> dict[str, int]:
    return {figure: report.after[figure] - report.before[figure] for figure in _FIGURES}


def _shown(report: Report, seconds: float) -> dict[str, object]:
    return {
        "calls": dict(report.calls),
        "answers": {str(status): count for status, count in sorted(report.answers.items())},
        "seconds": round(seconds, 1),
        "growth": _growth(report),
        "profiles": report.after["profiles"],
        "worth_a_look": [seen._asdict() | {"highlight": seen.highlight._asdict()} for seen in report.worth_a_look],
    }


def _tell(report: Report, seconds: float, console_url: str) -> None:
    growth, stages = _growth(report), report.after["profiles"]
    answers = ", ".join(f"{status} ({count})" for status, count in sorted(report.answers.items()))
    say(f"Sent {report.answers.total()} requests in {seconds:.0f} s. Responses: {answers}.")
    say(
        "By source: "
        + ", ".join(f"{registry.NAMED[dialect].title} {count}" for dialect, count in report.calls.most_common())
        + "."
    )
    say(f"Messages: {growth['accepted']} received, {growth['applied']} applied, {growth['duplicates']} duplicates.")
    say(
        f"New events: {growth['events']}. Profiles: " + ", ".join(f"{n} {stage}" for stage, n in stages.items()) + ".\n"
    )
    say("Profiles of interest:\n")
    rows = [
        (seen.highlight.what, seen.highlight.value, seen.stage, str(seen.events), str(seen.members), seen.profile)
        for seen in report.worth_a_look
    ]
    say_table(("profile of", "identifier", "stage", "events", "merged", "profile id"), rows)
    if not report.worth_a_look:
        return
    url = f"{console_url}/v1/profiles/{report.worth_a_look[0].profile}"
    say("\nTo read a profile, set PASSERBY_TOKEN to an API token (`passerby keys add api_token` creates one):\n")
    say(examples.written([examples.get(title, f"{url}{path}", "$PASSERBY_TOKEN") for title, path in _LOOKS]))
