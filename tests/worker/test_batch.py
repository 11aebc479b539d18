"""A batch is applied completely or not at all, once, and separately for every project."""

from __future__ import annotations

from typing import cast

import msgspec
import pytest
from tests.positions import at
from tests.worker.comparison import DAY, Comparison, InterruptibleState, WorkerStopped

from passerby.identity.namespaces import DEFAULT_POLICY, Policy
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Message
from passerby.positions import Position
from passerby.state.protocol import State
from passerby.worker.batch import Applied, Worker

U1 = Identifier("user_id", "u1")
M1, M2 = (Identifier("mobile_id", value) for value in ("m1", "m2"))
EVERYTHING = (U1, Identifier("email", "e1@x.io"), M1, Identifier("aaid", "g1"), Identifier("device_id", "d1"))


def worker(comparison: Comparison) -> Worker:
    return Worker(comparison.state, lambda _: DEFAULT_POLICY)


def test_a_batch_comes_to_what_it_says(comparison: Comparison) -> None:
    comparison.append(M1)
    comparison.append(M1, kind="identify")
    for _ in range(2):
        comparison.append(M2, deduplication_key="k")
    assert worker(comparison).apply(comparison.log) == Applied(positions=at(4), messages=4, duplicates=1, events=2)


def test_an_already_applied_batch_has_no_effect(comparison: Comparison) -> None:
    comparison.append(M1)
    comparison.apply()
    before = comparison.observer.rows("SELECT * FROM profiles"), comparison.observer.rows("SELECT * FROM outbox")
    assert worker(comparison).apply(comparison.log) == Applied(at(1))
    assert (
        comparison.observer.rows("SELECT * FROM profiles"),
        comparison.observer.rows("SELECT * FROM outbox"),
    ) == before


def test_an_empty_batch_has_no_effect(comparison: Comparison) -> None:
    assert worker(comparison).apply([]) == Applied()


def test_a_batch_that_begins_with_applied_messages_continues_after_them(comparison: Comparison) -> None:
    comparison.append(M1)
    comparison.apply()
    comparison.append(M2)
    assert worker(comparison).apply(comparison.log) == Applied(positions=at(2), messages=1, events=1)


def test_a_batch_of_repeats_alone_is_passed_and_counted(comparison: Comparison) -> None:
    comparison.append(M1, deduplication_key="k")
    comparison.apply()
    comparison.append(M1, deduplication_key="k")
    comparison.apply()
    comparison.check()
    assert comparison.observer.rows("SELECT value FROM progress") == [(2,)]
    assert len(comparison.observer.rows("SELECT id FROM outbox")) == 1


def test_one_row_of_the_outbox_holds_a_batchs_events_one_on_a_line(comparison: Comparison) -> None:
    for names in ((M1,), (M2,), (M1,)):
        comparison.append(*names)
    comparison.append(M1, kind="identify")
    comparison.apply()
    ((position, events, size, created_at, body, changes),) = comparison.observer.rows(
        "SELECT last_position, events, bytes, created_at, body, changes FROM outbox"
    )
    lines = [msgspec.json.decode(line) for line in body.splitlines()]
    assert (position, events, size, created_at) == (4, 3, len(body + changes), comparison.log[-1].message.received_at)
    assert [line["id"] for line in lines] == [message.id for _, message in comparison.log[:3]]
    assert [line["position"] for line in lines] == [1, 2, 3]


def test_a_batch_without_events_and_changes_has_no_row_in_the_outbox(comparison: Comparison) -> None:
    comparison.append(M1, kind="identify")
    comparison.apply()
    assert comparison.observer.rows("SELECT events, body FROM outbox") == [(0, b"")]
    assert comparison.observer.rows("SELECT value FROM progress") == [(1,)]
    comparison.append(M1, kind="identify")
    comparison.apply()
    assert len(comparison.observer.rows("SELECT id FROM outbox")) == 1
    assert comparison.observer.rows("SELECT value FROM progress") == [(2,)]


def test_projects_never_see_each_other(comparison: Comparison) -> None:
    comparison.append(M1, project=1)
    comparison.append(*EVERYTHING, kind="identify", project=2)
    comparison.append(*EVERYTHING, kind="identify", project=1)
    comparison.append(M1, project=2)
    comparison.apply()
    comparison.check()
    for project in (1, 2):
        profiles = comparison.observer.rows("SELECT user_id FROM profiles WHERE project = ?", project)
        assert profiles == [("u1",)]
        assert comparison.observer.totals(project)["customer"] == 1


def test_each_project_is_judged_by_its_own_policy(comparison: Comparison) -> None:
    strict = Policy(blocked=frozenset({"u1"}))
    for project in (1, 2):
        comparison.append(U1, M1, kind="identify", project=project)
    Worker(comparison.state, lambda project: strict if project == 2 else DEFAULT_POLICY).apply(comparison.log)
    assert comparison.observer.totals(1)["customer"] == comparison.observer.totals(2)["anonymous"] == 1


def test_the_catalogues_of_two_projects_are_two(comparison: Comparison) -> None:
    comparison.append(M1, project=1, properties={"price": 1})
    comparison.append(M1, project=2, properties={"price": "one"})
    comparison.apply()
    rows = comparison.observer.rows("SELECT project, type FROM catalogue_attributes ORDER BY project")
    assert rows == [(1, "number"), (2, "string")]


def test_after_a_batch_that_failed_the_worker_believes_only_the_state(comparison: Comparison) -> None:
    fragile = InterruptibleState(comparison.state)
    tried = Worker(cast("State", fragile), lambda _: DEFAULT_POLICY)
    wrong = comparison.append(M1, properties={"price": "one"}, violations=())
    fragile.fuse = 6
    with pytest.raises(WorkerStopped):
        tried.apply([Entry(Position(1), wrong)])
    fragile.fuse = None
    right = msgspec.structs.replace(wrong, properties={"price": 1})
    assert tried.apply([Entry(Position(1), right)]).events == 1
    assert comparison.observer.rows("SELECT type, count FROM catalogue_attributes") == [("number", 1)]
    assert comparison.observer.rows("SELECT * FROM violations") == []


def test_a_dead_letter_keeps_the_complete_message_and_counts_as_applied(comparison: Comparison) -> None:
    message = comparison.append(M1, properties={"price": 1})
    dead_lettered = worker(comparison).dead_letter(Entry(Position(1), message), "KeyError: 'x'")
    assert dead_lettered == Applied(positions=at(1), messages=1, dead_lettered=1)
    ((position, project, buried_at, kept, error),) = comparison.observer.rows("SELECT * FROM dead_letters")
    assert (position, project, buried_at, error) == (1, 1, DAY, "KeyError: 'x'")
    assert msgspec.json.decode(kept, type=Message) == message
    assert comparison.observer.totals(1) == {"applied": 1, "violations": 1}
    assert comparison.observer.rows("SELECT value FROM progress") == [(1,)]


def test_processing_continues_after_a_dead_letter(comparison: Comparison) -> None:
    first, second = comparison.append(M1), comparison.append(M2)
    undertaker = worker(comparison)
    undertaker.dead_letter(Entry(Position(1), first), "fault")
    assert undertaker.apply([Entry(Position(1), first), Entry(Position(2), second)]) == Applied(
        positions=at(2), messages=1, events=1
    )


def test_a_message_cannot_be_dead_lettered_twice(comparison: Comparison) -> None:
    message = comparison.append(M1)
    worker(comparison).dead_letter(Entry(Position(1), message), "fault")
    assert worker(comparison).dead_letter(Entry(Position(1), message), "another fault") == Applied(at(1))
    assert comparison.observer.totals(1)["applied"] == 1
    assert comparison.observer.rows("SELECT error FROM dead_letters") == [("fault",)]


def test_an_applied_message_cannot_be_dead_lettered(comparison: Comparison) -> None:
    first, _ = comparison.append(M1), comparison.append(M2)
    comparison.apply()
    assert worker(comparison).dead_letter(Entry(Position(1), first), "fault") == Applied(at(2))
    assert comparison.observer.rows("SELECT value FROM progress") == [(2,)]
    assert comparison.observer.rows("SELECT * FROM dead_letters") == []
