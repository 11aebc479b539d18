"""Output of commands: results as text or JSON on standard output, errors on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

import msgspec


def say(text: str = "") -> None:
    """Write a line to standard output and flush it."""
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
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.stdout.fileno())  # else the interpreter fails again when it flushes at exit
            os.close(null)


def say_json(value: object) -> None:
    """Write a value as one indented JSON document."""
    say(as_json(value))


def as_json(value: object) -> str:
    """Return a value as indented JSON. Types without a JSON form are converted with `str`."""
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2).decode()


def say_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows under headings. Columns are never truncated, so that keys and ids can be copied."""
    table = [tuple(headings), *map(tuple, rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(headings))]
    for row in table:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def complain(text: str) -> None:
    """Write an error message to standard error; ignored where that is closed."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"passerby: {text}\n")
