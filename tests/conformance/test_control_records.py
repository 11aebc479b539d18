"""Conformance of control plane engines: audit log and rejected requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from tests.conformance.controls import DAY_MS, ENGINES, NOW
from tests.monitoring.monitors import sample

from passerby.audit.protocol import SERVER, AuditLog, Filter, View
from passerby.engines import ControlEngine
from passerby.rejected_requests.record import NO_PROJECT, Count, RejectedRequest, Use


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> ControlEngine:
    return ENGINES[request.param](tmp_path)


@pytest.fixture
def held() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


@pytest.fixture
def audit(engine: ControlEngine, held: ExitStack) -> AuditLog:
    return held.enter_context(engine.open_audit())


def test_the_audit_log_is_read_newest_first_and_filtered(audit: AuditLog) -> None:
    audit.note(1, NOW, who="ann", action="key.added", subject="7", details={"kind": "x"}, address="192.0.2.1")
    audit.note(1, NOW + 1, who="Bob", action="project.changed")
    audit.note(2, NOW + 2, who="ann", action="key.added")
    newest, oldest = audit.page(1, limit=9)
    assert (oldest.at, oldest.who, oldest.action, oldest.subject) == (NOW, "ann", "key.added", "7")
    assert (oldest.details, oldest.address, newest.details) == ({"kind": "x"}, "192.0.2.1", None)
    assert audit.page(1, limit=1) == [newest]
    assert audit.page(1, limit=9, before=newest.id) == [oldest]
    for only, expected in (
        (Filter(who="bo"), [newest]),
        (Filter(action="key."), [oldest]),
        (Filter(since=NOW + 1), [newest]),
        (Filter(until=NOW + 1), [oldest]),
    ):
        assert audit.page(1, limit=9, only=only) == expected


def test_an_entry_has_an_unknown_outcome_until_it_is_completed_and_can_be_discarded(audit: AuditLog) -> None:
    first = audit.note(SERVER, NOW, who="ann", action="project.added", subject="shop", outcome="unknown")
    second = audit.note(1, NOW, who="ann", action="key.added", outcome="unknown")
    assert {entry.outcome for entry in audit.page(View(1, server=True), limit=9)} == {"unknown"}
    audit.complete(first, 1, "store", {"keys": 2})
    audit.discard(second)
    (entry,) = audit.page(1, limit=9)
    assert (entry.id, entry.outcome, entry.subject, entry.details) == (first, "done", "store", {"keys": 2})
    assert audit.page(View(1, server=True), limit=9) == [entry]
    third = audit.note(1, NOW, who="ann", action="key.added")
    assert third > second  # ids are not used again: pages after the discarded entry stay right
    assert audit.page(1, limit=1)[0].outcome == "done"


def test_entries_of_the_server_are_shown_to_those_who_may_see_them(audit: AuditLog) -> None:
    audit.note(1, NOW, who="ann", action="key.added")
    for user in ("ann", "bob"):
        audit.note(SERVER, NOW, who="ann", action="user.added", subject=user)
    views = (View(1), View(1, users=["bob"]), View(1, server=True))
    assert [[entry.subject for entry in audit.page(view, limit=9)] for view in views] == [
        [""],
        ["bob", ""],
        ["bob", "ann", ""],
    ]


def refused(path: str, project: int = 1, at: int = NOW) -> RejectedRequest:
    return RejectedRequest(
        project=project, at=at, dialect="segment", call="track", status=400, reason="not_json", method="POST",
        path=path, client="192.0.2.0/24", body="{",
    )  # fmt: skip


def test_rejected_requests_are_read_newest_first(engine: ControlEngine, held: ExitStack) -> None:
    writer = held.enter_context(closing(engine.open_rejected_writer()))
    reader = held.enter_context(closing(engine.open_rejected_reader()))
    assert reader.head() == 0
    writer.add([refused("/a"), refused("/b", project=2), refused("/c", project=NO_PROJECT)], [])
    found = reader.newest([1, NO_PROJECT], limit=9)
    assert [(each.path, each.project) for each in found] == [("/c", NO_PROJECT), ("/a", 1)]
    assert reader.newest([1, NO_PROJECT], limit=9, before=found[0].number) == found[1:]
    assert [each.path for each in reader.following(0, reader.head(), 9)] == ["/a", "/b", "/c"]
    assert [each.path for each in reader.following(0, reader.head(), 2)] == ["/b", "/c"]
    writer.prune(NOW + 2 * DAY_MS)
    assert reader.newest([1, 2, NO_PROJECT], limit=9) == []


def test_counts_of_rejected_requests_stay_when_steps_grow(engine: ControlEngine, held: ExitStack) -> None:
    writer = held.enter_context(closing(engine.open_rejected_writer()))
    reader = held.enter_context(closing(engine.open_rejected_reader()))
    for minute in (0, 0, 61):
        writer.add([], [Count(1, NOW + minute * 60_000, "segment", 2)])
    assert sorted(reader.counted(1, NOW, NOW + DAY_MS, 60)) == [
        ("segment", NOW, 4),
        ("segment", NOW + 61 * 60_000, 2),
    ]
    for days in (3, 100):
        writer.prune(NOW + days * DAY_MS)
        assert reader.counted(1, NOW, NOW + DAY_MS, 86_400) == [("segment", NOW, 6)]


def test_uses_of_keys_are_counted(engine: ControlEngine, held: ExitStack) -> None:
    assert engine.key_uses(NOW) == {}
    writer = held.enter_context(closing(engine.open_rejected_writer()))
    writer.count_uses({1: 2, 2: 1}, NOW)
    writer.count_uses({1: 3}, NOW + 3_600_000)
    expected = {1: Use(NOW + 3_600_000, 5), 2: Use(NOW, 1)}
    assert engine.key_uses(NOW + 3_600_000) == expected
    with closing(engine.open_rejected_reader()) as reader:
        assert reader.uses(NOW + 3_600_000) == expected
    assert engine.key_uses(NOW + 3_600_001)[1].last_hour == 3


def test_health_samples_are_read_in_their_order_for_a_week(engine: ControlEngine) -> None:
    store = engine.open_samples()
    later, earlier = sample(NOW, lag=1.5, errors=3), sample(NOW - 60_000, received=7)
    for each in (sample(NOW - 8 * DAY_MS), earlier, later):
        store.keep(each)
    assert engine.open_samples().since(0, NOW) == [earlier, later]
    assert (store.since(NOW - 60_000, NOW), store.since(0, NOW - 1)) == ([later], [earlier])
    store.keep(earlier)  # the clock was set back
    assert store.since(0, NOW) == [earlier]


def test_an_audit_log_that_is_opened_again_has_its_entries(engine: ControlEngine) -> None:
    with closing(engine.open_audit()) as audit:
        audit.note(1, NOW, who="ann", action="key.added")
    with closing(engine.open_audit()) as audit:
        assert [entry.who for entry in audit.page(1, limit=9)] == ["ann"]
