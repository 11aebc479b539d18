"""Latency of profile search among millions of profiles: by identifier, e-mail, phone and name.

The state is filled directly, each profile with a customer id, a mobile id, an e-mail address, a phone number and a name
of two words from lists of some thousand: common prefixes match very many. Aim: 99 of 100 searches within 150 ms.

    python -m benchmarks.search --profiles 10000000
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import report, write_json
from benchmarks.resolver import NOW, fill

from passerby.identity.stage import Stage
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.sqlite.store import open_state

TIMES = 200
PAGE = 51
"""Profiles that the console's first page asks for, with one more to see whether there is another."""
FIRST, LAST = 2_000, 20_000
"""How many first and last names there are."""

FILL_TERMS = """
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1),
person (id, first, last, i) AS (
    SELECT unhex(printf('01800000000070008000%012x', i)), printf('first%d', i * 7919 % 2000),
        printf('last%d', i * 104729 % 20000), i FROM n
)
INSERT INTO search_terms (project, kind, value, profile, source)
SELECT 1, 'email', printf('%s.%s.%d@shop.example', first, last, i), id, 'trait' FROM person
UNION ALL SELECT 1, 'phone', printf('49%010d', i * 6700417 % 10000000000), id, 'trait' FROM person
UNION ALL SELECT 1, 'name', first || ' ' || last, id, 'trait' FROM person
UNION ALL SELECT 1, 'name', last || ' ' || first, id, 'trait' FROM person
ORDER BY 2, 3, 4;
"""
FILL_TRAITS = """
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1),
person (id, first, last, i) AS (
    SELECT unhex(printf('01800000000070008000%012x', i)), printf('first%d', i * 7919 % 2000),
        printf('last%d', i * 104729 % 20000), i FROM n
)
INSERT INTO traits (profile, name, value, time, position)
SELECT id, 'email', json_quote(printf('%s.%s.%d@shop.example', first, last, i)), ?2, 1 FROM person
UNION ALL SELECT id, 'firstName', json_quote(first), ?2, 1 FROM person
UNION ALL SELECT id, 'lastName', json_quote(last), ?2, 1 FROM person
UNION ALL SELECT id, 'phone', json_quote(printf('+49%010d', i * 6700417 % 10000000000)), ?2, 1 FROM person
ORDER BY 1, 2;
"""


def fill_contacts(path: Path, people: int) -> None:
    """Give each of the customers that `resolver.fill` made an address, a number and a name, and index them."""
    connection = open_state(path)
    connection.pragma("synchronous", "OFF")
    with connection:
        connection.execute(FILL_TRAITS, (people, NOW))
        connection.execute(FILL_TERMS, (people,))
    connection.close()


def searches(people: int) -> dict[str, Callable[[random.Random], str]]:
    """What is typed, by what it is."""

    def first(i: int) -> str:
        return f"first{i * 7919 % FIRST}"

    def last(i: int) -> str:
        return f"last{i * 104729 % LAST}"

    def person(rng: random.Random) -> int:
        return rng.randrange(people)

    def full(rng: random.Random) -> str:
        i = person(rng)
        return f"{last(i)} {first(i)[:-1]}"

    def address(rng: random.Random) -> str:
        i = person(rng)
        return f"{first(i)}.{last(i)}.{i}@shop.example"

    return {
        "customer id": lambda rng: f"u-{person(rng):09d}",
        "e-mail address": address,
        "phone number": lambda rng: f"+49 {person(rng) * 6700417 % 10_000_000_000:010d}",
        "last name": lambda rng: last(person(rng)),
        "full name": full,
        "one letter": lambda rng: rng.choice("flmu"),
        "nothing": lambda rng: f"nothing {rng.random()}",
    }


def measure(reader: SqliteStateReader, name: str, typed: Callable[[random.Random], str], stage: Stage | None) -> None:
    """Search many times, and report the middle and the slowest of a hundred."""
    rng, took = random.Random(7), []
    for _ in range(TIMES):
        text = typed(rng)
        begun = time.perf_counter()
        page = reader.search(1, text, limit=PAGE, stage=stage)
        took.append((time.perf_counter() - begun) * 1_000)
        if not page.profiles and name != "nothing" and stage is None:
            raise SystemExit(f"{text!r} finds no profile")
    took.sort()
    report(f"search by {name}, median", took[len(took) // 2], "ms")
    report(f"search by {name}, 99th percentile", took[int(len(took) * 0.99) - 1], "ms")


def main() -> None:
    """Fill, search."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", type=int, default=10_000_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        fill(path, options.profiles)
        fill_contacts(path, options.profiles)
        reader = SqliteStateReader(path)
        for name, typed in searches(options.profiles).items():
            measure(reader, name, typed, None)
        measure(reader, "one letter in a stage without profiles", lambda rng: rng.choice("flu"), Stage.LEAD)
        reader.close()
    if options.json:
        write_json(options.json)


if __name__ == "__main__":
    main()
