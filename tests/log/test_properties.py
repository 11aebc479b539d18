"""Reads return what was appended, for any sequence of appends, reads and prunes (property tests)."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.log.log_messages import NOW, append, message
from tests.positions import at

from passerby.log.sqlite.retention import DAY_MS
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.messages import Message
from passerby.settings import LogSettings

PROJECTS = (1, 2, 30)


class Log(RuleBasedStateMachine):
    """A log compared with a list."""

    @initialize(days=st.integers(1, 3), limit=st.sampled_from([0, 50_000]))
    def begin(self, days: int, limit: int) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.settings = LogSettings(retention_days=days, retention_bytes=limit)
        self.days = days
        self.limited = bool(limit)
        self.now = NOW
        self.messages: list[Message] = []
        self.written_at: list[int] = []
        self.passed: dict[str, int] = {}
        self.kept_from = 0
        self.open()

    def open(self) -> None:
        self.writer = SqliteLogWriter(self.folder / "log.db", self.settings)
        self.reader = SqliteLogReader(self.folder / "log.db")

    def close(self) -> None:
        self.writer.close()
        self.reader.close()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.close()
            shutil.rmtree(self.folder)

    @rule(projects=st.lists(st.sampled_from(PROJECTS), min_size=1, max_size=40))
    def append(self, projects: list[int]) -> None:
        batch = [message(len(self.messages) + n, project) for n, project in enumerate(projects, 1)]
        self.messages += batch
        self.written_at += [self.now] * len(batch)
        assert append(self.writer, batch, self.now) == at(len(self.messages))

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += hours * DAY_MS // 24

    @rule(reader=st.sampled_from(["worker", "another"]), share=st.floats(0, 1))
    def pass_by(self, reader: str, share: float) -> None:
        position = int(share * len(self.messages))
        self.reader.commit_offset(reader, at(position))
        self.passed[reader] = max(position, self.passed.get(reader, 0))

    @rule()
    def prune(self) -> None:
        gone = self.writer.prune(self.now)
        self.kept_from += gone
        slowest = min(self.passed.values(), default=0)
        assert self.kept_from <= slowest
        old = [
            written < self.now - self.days * DAY_MS
            for written in self.written_at[self.kept_from - gone : self.kept_from]
        ]
        assert self.limited or all(old)

    @rule()
    def reopen(self) -> None:
        self.close()
        self.open()

    @rule(share=st.floats(0, 1), limit=st.integers(1, 50))
    def read(self, share: float, limit: int) -> None:
        after = max(self.kept_from, int(share * len(self.messages)))
        entries = self.reader.read(at(after), limit)
        assert len(entries) >= min(limit, len(self.messages) - after)
        assert [entry.position for entry in entries] == list(range(after + 1, after + 1 + len(entries)))
        assert [entry.message for entry in entries] == self.messages[after : after + len(entries)]
        waiting = Counter(message.project for message in self.messages[after:])
        for project in PROJECTS:
            assert self.reader.waiting(project, at(after))[0] == waiting[project]

    @invariant()
    def nothing_is_forgotten(self) -> None:
        if hasattr(self, "folder"):
            assert self.reader.head() == at(len(self.messages))
            accepted = Counter(message.project for message in self.messages)
            assert [self.reader.accepted(project) for project in PROJECTS] == [accepted[p] for p in PROJECTS]


TestLog = Log.TestCase
TestLog.settings = settings(max_examples=settings().max_examples // 4, stateful_step_count=20)
