"""Runs the demo: creates temporary keys, sends the requests, and reads the results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from passerby.accounts.keys import API_TOKEN, KINDS
from passerby.accounts.protocol import Projects
from passerby.accounts.records import Project
from passerby.clock import now_ms
from passerby.demo.day import DEMOS, afterwards, day
from passerby.demo.errors import NoPublicKey
from passerby.demo.highlights import Seen, highlights, seen
from passerby.demo.people import people
from passerby.demo.reading import Api
from passerby.demo.send import Target, lanes, send
from passerby.dialects.demo import Step
from passerby.storage.locks import Serving

LABEL = "demo, temporary"


class Plan(NamedTuple):
    """Parameters of a run. The same plan gives the same users and events."""

    people: int
    seed: int


class Report(NamedTuple):
    """Result of a run: requests by dialect, responses by status, statistics before and after, profiles of interest."""

    calls: Counter[str]
    answers: Counter[int]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    worth_a_look: list[Seen]


Progress = Callable[[int, int], None]
"""Called for every response with its status and the total number of requests."""


def run(plan: Plan, store: Projects, project: Project, serving: Serving, progress: Progress) -> Report:
    """Send the sample data to the running server and read the results. Raises DemoError."""
    with borrowed_keys(store, project) as keys:
        api = Api(serving.console_host, serving.console_port, keys["api_token"])
        before = api.stats()
        users, now = people(plan.seed, plan.people), now_ms()
        parts = [day(users, plan.seed, now), afterwards(users, plan.seed, now)]
        target, calls = Target(serving.host, serving.port, keys), _calls(parts).total()
        sent = (send(lanes(part), target, lambda status: progress(status, calls)) for part in parts)
        answers = sum(sent, Counter[int]())
        after = api.stats()
        found = [seen(one, api.profile(one.namespace, one.value)) for one in highlights(users)]
    return Report(_calls(parts), answers, before, after, found)


def _calls(parts: Sequence[Sequence[Step]]) -> Counter[str]:
    """Count the requests of each dialect."""
    counted = Counter[str]()
    for step in (step for part in parts for step in part):
        counted[step.call.partition(".")[0]] += step.times
    return counted


@contextmanager
def borrowed_keys(store: Projects, project: Project) -> Iterator[Mapping[str, str]]:
    """Context manager: the project's public keys and temporary secrets, which are revoked at the end.

    Secrets that an earlier, killed run left are revoked first.
    """
    store.revoke_labelled(project, LABEL, now_ms())
    kinds = [API_TOKEN, *(kind for demo in DEMOS.values() for kind in demo.kinds)]
    held = [key for key in store.keys(project) if key.revoked_at is None and key.value]
    keys: dict[str, str] = {}
    for kind in kinds:
        if not KINDS[kind].secret:
            found = next((key.value for key in held if key.kind == kind), None)
            if found is None:
                raise NoPublicKey(kind, project.name)
            keys[kind] = found
    try:
        secrets = [kind for kind in kinds if KINDS[kind].secret]
        yield keys | {kind: store.add_key(project, kind, now_ms(), label=LABEL).value for kind in secrets}
    finally:
        store.revoke_labelled(project, LABEL, now_ms())
