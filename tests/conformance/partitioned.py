"""An in-memory log with several partitions, as a partitioned engine looks to its users.

Messages are distributed by their first identifier, as the key of a record does it, so one device's messages keep their
order and those of different partitions have none. Offsets of a partition have gaps, as those of a queue with
transactions or compaction do. Everything else is as the embedded engine does it.
"""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

import msgspec

from passerby.log.protocol import Entry, LogReader, LogWriter
from passerby.messages import Message
from passerby.positions import START, Positions, pack, partition_of
from passerby.settings import LogSettings

PARTITIONS: Final = 3
STEP: Final = 2
"""How far apart the offsets of a partition's messages are."""
DAY_MS: Final = 86_400_000

_decode: Final = msgspec.json.Decoder(Message).decode


class Kept(NamedTuple):
    """A message in its partition, and when it was appended."""

    entry: Entry
    written_at: int


class PartitionedLog:
    """One log (`passerby.engines.LogEngine`), whose ends may be opened from any thread."""

    def __init__(self, partitions: int = PARTITIONS) -> None:
        self.partitions: list[list[Kept]] = [[] for _ in range(partitions)]
        self.ends = [0] * partitions
        self.accepted = Counter[int]()
        self.readers: dict[str, Positions] = {}
        self.lock = threading.Lock()

    def version(self) -> tuple[str, str]:
        return "memory", "1"

    def exists(self) -> bool:
        return any(self.ends)

    def open_writer(self, settings: LogSettings | None = None) -> LogWriter:
        return Writer(self, settings or LogSettings())

    def open_reader(self, owned: Collection[int] | None = None) -> LogReader:
        """Open the log for reading these partitions, or all."""
        return Reader(self, range(len(self.partitions)) if owned is None else owned)

    def open_archive(self) -> Archive:
        return Archive(self)

    def head(self) -> Positions:
        return Positions(pack(partition, end) for partition, end in enumerate(self.ends))

    def continue_after(self, applied: Positions, accepted: Mapping[int, int], applied_until: int) -> bool:
        """See `passerby.engines.LogEngine`. Nothing that was appended here is applied yet, so all of it moves."""
        del applied_until
        with self.lock:
            if self.head().has_reached(applied):
                return False
            for partition, kept in enumerate(self.partitions):
                begin = applied.offset(partition)
                self.partitions[partition] = [
                    Kept(Entry(pack(partition, begin + STEP * number), each.entry.message), each.written_at)
                    for number, each in enumerate(kept, 1)
                ]
                self.ends[partition] = begin + STEP * len(kept)
            kept_counts = Counter(each.entry.message.project for kept in self.partitions for each in kept)
            self.accepted = Counter(accepted) + kept_counts
            return True

    def partition_for(self, message: Message) -> int:
        """The partition that a message is appended to."""
        key = "".join(message.identifiers[0][:2]) if message.identifiers else message.id
        return zlib.crc32(key.encode()) % len(self.partitions)

    def after(self, positions: Positions, owned: Collection[int]) -> list[list[Kept]]:
        """What these partitions hold beyond these positions."""
        with self.lock:
            return [
                [each for each in self.partitions[partition] if not positions.covers(each.entry.position)]
                for partition in owned
            ]


class Writer:
    """Appends to the log (`passerby.log.protocol.LogWriter`)."""

    def __init__(self, log: PartitionedLog, settings: LogSettings) -> None:
        self._log = log
        self._settings = settings

    def append(self, encoded: Sequence[bytes], counts: Mapping[int, int], received_at: int) -> Positions:
        log, written = self._log, []
        with log.lock:
            for message in map(_decode, encoded):
                partition = log.partition_for(message)
                log.ends[partition] += STEP
                written.append(pack(partition, log.ends[partition]))
                log.partitions[partition].append(Kept(Entry(written[-1], message), received_at))
            log.accepted.update(counts)
        return Positions(written)

    def prune(self, now: int) -> int:
        log, oldest, pruned = self._log, now - int(self._settings.retention_days * DAY_MS), 0
        with log.lock:
            for number, kept in enumerate(log.partitions):
                stays = [each for each in kept[:-1] if not self._may_go(each, oldest)] + kept[-1:]
                pruned += len(kept) - len(stays)
                log.partitions[number] = stays
        return pruned

    def _may_go(self, kept: Kept, oldest: int) -> bool:
        readers = self._log.readers.values()
        passed = bool(readers) and all(each.covers(kept.entry.position) for each in readers)
        return passed and kept.written_at < oldest

    def close(self) -> None: ...


class Reader:
    """Reads some partitions of the log (`passerby.log.protocol.LogReader`)."""

    def __init__(self, log: PartitionedLog, owned: Collection[int]) -> None:
        self._log = log
        self._owned = owned

    def read(self, after: Positions, limit: int) -> list[Entry]:
        """Read in turns from each partition, so that a batch holds messages of all."""
        return [each.entry for each in _in_turns(self._log.after(after, self._owned))][:limit]

    def head(self) -> Positions:
        return self._log.head()

    def count(self, after: Positions, until: Positions) -> int:
        return sum(until.covers(each.entry.position) for each in self._all_after(after))

    def recent(self, after: Positions, until: Positions, limit: int) -> Positions:
        waiting = [each.entry for each in self._all_after(after) if until.covers(each.entry.position)]
        newest = {id(entry) for entry in waiting[-limit:]}
        return after.joined(Positions(entry.position for entry in waiting if id(entry) not in newest))

    def accepted(self, project: int) -> int:
        return self._log.accepted[project]

    def waiting(self, project: int, after: Positions) -> tuple[int, int | None]:
        times = [each.written_at for each in self._all_after(after) if each.entry.message.project == project]
        return len(times), min(times, default=None)

    def waiting_since(self, after: Positions) -> int | None:
        return min((each.entry.message.received_at for each in self._all_after(after)), default=None)

    def commit_offset(self, reader: str, positions: Positions) -> None:
        with self._log.lock:
            self._log.readers[reader] = positions.joined(self._log.readers.get(reader, START))

    def _all_after(self, positions: Positions) -> list[Kept]:
        """What all partitions hold beyond these positions, in turns."""
        return list(_in_turns(self._log.after(positions, range(len(self._log.partitions)))))

    def close(self) -> None: ...


class Archive:
    """Looks up messages in the log (`passerby.log.protocol.Archive`)."""

    def __init__(self, log: PartitionedLog) -> None:
        self._log = log

    def newest(self, project: int, limit: int, fits: Callable[[Message], bool]) -> list[Entry]:
        kept = sorted(self._all(), key=lambda each: (each.written_at, each.entry.position), reverse=True)
        ours = (each.entry for each in kept if each.entry.message.project == project and fits(each.entry.message))
        return [entry for _, entry in zip(range(limit), ours, strict=False)]

    def find(self, project: int, id_: str) -> Entry | None:
        wanted = (project, id_)
        return next((e for e, _ in self._all() if (e.message.project, e.message.id) == wanted), None)

    def _all(self) -> Iterable[Kept]:
        return [each for kept in self._log.after(START, range(len(self._log.partitions))) for each in kept]

    def close(self) -> None: ...


def _in_turns(partitions: Sequence[Sequence[Kept]]) -> Iterator[Kept]:
    """One of each partition, again and again."""
    return (each for turn in zip_longest(*partitions) for each in turn if each is not None)


def by_partition(entries: Iterable[Entry]) -> dict[int, list[Entry]]:
    """Entries by the partition of their positions, in their order."""
    parts: dict[int, list[Entry]] = {}
    for entry in entries:
        parts.setdefault(partition_of(entry.position), []).append(entry)
    return parts
