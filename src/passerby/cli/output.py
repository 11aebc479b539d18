"""What commands write: results to standard output, as text or JSON; complaints to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

import msgspec


def say(text: str = "") -> None:
    """Write a line of a result."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say_if_possible(text: str) -> None:
    """Write a line to standard output, which may be closed or on a full disk.

    Output that cannot be written is discarded, and so is everything after it.
    """
    try:
        say(text)
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)


def say_json(value: object) -> None:
    """Write a result for programs: one JSON document, indented, because people look at it too."""
    say(as_json(value))


def as_json(value: object) -> str:
    """A value as `say_json` writes it."""
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2).decode()


def say_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows under headings, each column as wide as it needs to be: never cut, so that keys can be copied."""
    table = [tuple(headings), *map(tuple, rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(headings))]
    for row in table:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def complain(text: str) -> None:
    """Write what went wrong."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"passerby: {text}\n")
