"""A killed writer has lost nothing that it acknowledged."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.log.log_messages import append, message
from tests.positions import at

from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.positions import START

KILLS = 8

WRITER = """
import sys
from pathlib import Path
from passerby.log.sqlite.store import SqliteLogWriter
from tests.log.log_messages import append, message
log = SqliteLogWriter(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    batch = [message(number + n) for n in range(1 + number % 5)]
    last = append(log, batch).offset()
    number += len(batch)
    print(last, number, flush=True)
"""


def test_everything_acknowledged_is_there_after_a_kill(file: Path) -> None:
    position, number, head = 0, 1, 0
    for _ in range(KILLS):
        child = subprocess.Popen([sys.executable, "-c", WRITER, str(file), str(number)], stdout=subprocess.PIPE)
        assert child.stdout
        child.stdout.readline()  # it is at work
        time.sleep(random.uniform(0.01, 0.2))
        child.send_signal(signal.SIGKILL)
        *acknowledged, _ = child.communicate()[0].split(b"\n")  # the last line may be torn
        if acknowledged:
            position, number = map(int, acknowledged[-1].split())
        with closing(SqliteLogReader(file)) as reader:
            entries = reader.read(START, 1_000_000)
            head = reader.head().offset()
            assert head >= position
            assert reader.accepted(1) == len(entries) == head
            assert [entry.position for entry in entries] == list(range(1, head + 1))
            number = int(entries[-1].message.id) + 1
            assert [int(entry.message.id) for entry in entries] == list(range(1, number))
    with closing(SqliteLogWriter(file)) as writer:
        assert append(writer, [message(number)]) == at(head + 1)
