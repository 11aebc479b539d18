"""The demo from beginning to end: keys for a while, a day of calls, and a look at what they became."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from passerby.demo.day import Step, day, mailing
from passerby.demo.errors import NoPublicKey
from passerby.demo.highlights import Seen, highlights, seen
from passerby.demo.people import people
from passerby.demo.reading import Api
from passerby.demo.send import Target, lanes, send
from passerby.demo.vendors import PUBLIC_KINDS, SECRET_KINDS
from passerby.projects.store import Project, ProjectStore
from passerby.supervisor.lock import Serving

LABEL = "demo, temporary"


class Plan(NamedTuple):
    """What a run of the demo sends: the same plan is the same people, who do the same."""

    people: int
    seed: int


class Report(NamedTuple):
    """What a run of the demo came to: answers by status, how the project's figures grew, and whom to look at."""

    answers: Counter[int]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    worth_a_look: list[Seen]


Progress = Callable[[int, int], None]
"""Told of every answer: (its status, how many calls there are in all)."""


def run(plan: Plan, store: ProjectStore, project: Project, serving: Serving, progress: Progress) -> Report:
    """Send the day to the running server and read back what it became. Raises DemoError."""
    with borrowed_keys(store, project) as keys:
        api = Api(serving.console_host, serving.console_port, keys["api_token"])
        before = api.stats()
        answers = _send_everything(plan, Target(serving.host, serving.port, keys), progress)
        after = api.stats()
        found = [seen(one, api.profile(one.namespace, one.value)) for one in highlights(people(plan.seed, plan.people))]
    return Report(answers, before, after, found)


def _send_everything(plan: Plan, target: Target, progress: Progress) -> Counter[int]:
    everybody = people(plan.seed, plan.people)
    now = _now()
    visits, letters = day(everybody, plan.seed, now), list(mailing(everybody, plan.seed, now))
    calls = _calls(visits) + _calls(letters)
    answers = Counter[int]()
    for part in (visits, letters):
        answers += send(lanes(part), target, lambda status: progress(status, calls))
    return answers


def _calls(steps: list[Step]) -> int:
    return sum(step.times for step in steps)


@contextmanager
def borrowed_keys(store: ProjectStore, project: Project) -> Iterator[Mapping[str, str]]:
    """The project's public keys, and secrets that stop working at the end, however that comes.

    Those that a killed demo left behind are stopped first.
    """
    store.revoke_labelled(project, LABEL, _now())
    keys = {kind: _public_key(store, project, kind) for kind in PUBLIC_KINDS}
    try:
        yield keys | {kind: store.add_key(project, kind, _now(), label=LABEL).value for kind in SECRET_KINDS}
    finally:
        store.revoke_labelled(project, LABEL, _now())


def _public_key(store: ProjectStore, project: Project, kind: str) -> str:
    for key in store.keys(project):
        if key.kind == kind and key.revoked_at is None and key.value:
            return key.value
    raise NoPublicKey(kind, project.name)


def _now() -> int:
    return time.time_ns() // 1_000_000
