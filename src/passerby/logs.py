"""Structured logging: readable on a terminal, JSON otherwise, without secrets or personal data.

What may be written is an allow list, because a deny list misses the next field. A log call is a fixed sentence and
named values:

    log = logs.get("worker")
    log.info("batch applied", messages=412, ms=38.5)

A value is written only if its name is in SAFE, which lists names whose values are never sent by a client. Any other
value is written as `[withheld]`: a careless call loses a value and discloses nothing. A test reads the source and
fails on a name that is not listed. Exceptions are written as their type and stack trace, without their message, which
often quotes the input; only messages of the operating system, imports and SQLite are kept. Lines of other libraries
keep their fixed text and their numbers. As a second safeguard, text that looks like a secret, an e-mail address or a
long number is removed from what remains.

Lines are written to standard error; standard output is for results. A log call never raises: a line that cannot be
written, for example because the disk is full, is dropped, and the next line that can be written has the number of
dropped lines (`lost`).

Descriptions of exceptions are bounded in length, and in number: beyond `TRACES_A_MINUTE` from one place, only the type
is written.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from passerby.accounts.keys import SECRET_PREFIX
from passerby.log_output import LineOutput

Format = Literal["auto", "console", "json"]

WITHHELD = "[withheld]"

TRACES_A_MINUTE = 20
"""Exceptions of one type, raised at one line, whose stack trace is written within a minute: a fault in every request
must not fill the disk."""
TRACE_CHARACTERS = 8_000
_FRAMES_FIRST, _FRAMES_LAST = 5, 15
_CAUSES = 5
_MINUTE_SECONDS = 60.0

SAFE: Mapping[str, str] = {
    "accepted": "number of messages",
    "after": "log position",
    "address": "address that we listen on",
    "attempt": "number of tries so far",
    "batch": "number of an outbox batch",
    "bytes": "size",
    "call": "name of a dialect's call, from our code",
    "code": "exit code",
    "component": "the part of Passerby, or the library, that logs; from our code",
    "connections": "number of connections",
    "cores": "number of processor cores",
    "destination": "id of a destination, made here",
    "dialect": "name of a dialect, from our code",
    "duplicates": "number of messages",
    "error": "type of an exception",
    "events": "number of events",
    "exception": "type and places of an exception, made here",
    "fault": "name of a fault, from our code",
    "file": "path within the data directory, or of the settings file",
    "folder": "path of, or within, the data directory",
    "free_bytes": "disk space",
    "kind": "one of our own fixed words",
    "lag_seconds": "duration",
    "level": "severity, made here",
    "lost": "number of log lines that could not be written",
    "limit": "a number from the settings",
    "messages": "number of messages",
    "ms": "duration",
    "pid": "process id",
    "port": "port that we listen on",
    "position": "log position",
    "process": "number of an edge process",
    "profiles": "number of profiles",
    "project": "internal number of a project",
    "reader": "name of a log reader, from our code",
    "reason": "one of our own fixed words",
    "requests": "number of requests",
    "role": "name of a role",
    "rows": "number of rows",
    "seconds": "duration",
    "signal": "name of a signal",
    "status": "HTTP status",
    "store": "name of a store, from our code",
    "timestamp": "time of the line, made here",
    "version": "version of a program",
}
"""The names under which values may be written, and why each is safe."""

_LOCAL_PART = 254
"""Characters before the @ of an address that are removed. Without a bound, the pattern would scan a long text without @
again from each of its characters: quadratic time."""

_REVEALING = re.compile(
    rf"""
      {re.escape(SECRET_PREFIX)}[\w-]+          # secrets that Passerby made
    | (?:Bearer|Basic)\s+\S+                    # credentials in a header
    | [^\s@'"<>]{{1,{_LOCAL_PART}}}@[^\s@'"<>]+   # e-mail addresses
    | \+?\d(?:[\s().-]?\d){{8,}}                # phone numbers, and ids made of digits
    """,
    re.VERBOSE,
)


def get(component: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a component. Its name is in every line, as `component`."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(component=component)
    return logger


def configure(level: str = "info", form: Format = "auto", stream: TextIO | None = None) -> None:
    """Configure logging of the process: ours, the standard library's, and uncaught exceptions. May be called again."""
    stream = stream or sys.stderr
    output = LineOutput(stream)
    least = logging.getLevelNamesMapping()[level.upper()]
    terminal = stream.isatty()
    renderer: Processor = structlog.processors.JSONRenderer()
    if form == "console" or (form == "auto" and terminal):
        renderer = structlog.dev.ConsoleRenderer(colors=terminal, pad_event_to=32)
    structlog.configure(
        processors=[
            *_PROCESSORS,
            partial(_describe_exception, _TraceLimit()),
            partial(_add_lost, output),
            _withhold,  # last before the renderer: it checks what all others have added
            renderer,
        ],
        wrapper_class=_unfailing(structlog.make_filtering_bound_logger(least)),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", output)),
        cache_logger_on_first_use=False,  # loggers are made at import, before the process is configured
    )
    root = logging.getLogger()
    root.handlers = [_Relay()]
    root.setLevel(max(least, logging.INFO))  # other libraries' debug lines hold what they send and receive
    sys.excepthook = _uncaught
    threading.excepthook = lambda hooked: _uncaught(hooked.exc_type, hooked.exc_value, hooked.exc_traceback)


def _unfailing(bound: type[Any]) -> type[Any]:
    """Return the logger class with calls that never raise, even where a value's `str()` or a renderer does."""

    class Unfailing(bound):  # type: ignore[misc]  # a class made by structlog
        def _proxy_to_logger(self, *args: Any, **line: Any) -> Any:
            with contextlib.suppress(Exception):
                return super()._proxy_to_logger(*args, **line)

    return Unfailing


class _Relay(logging.Handler):
    """Handler of the standard library's logging that writes the lines of other libraries through our processors."""

    def emit(self, record: logging.LogRecord) -> None:
        # structlog knows the five standard levels only; libraries may use any number between them.
        level = min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL)
        with contextlib.suppress(Exception):  # the message of another library may be any object
            get(record.name).log(level, _fixed_text(record), exc_info=record.exc_info)


def _fixed_text(record: logging.LogRecord) -> str:
    """Return the first line of another library's message with numbers filled in and any other value withheld."""
    text = str(record.msg)
    values = record.args if isinstance(record.args, tuple) else ()
    with contextlib.suppress(TypeError, ValueError):  # it may not fit its values; then it stays as it is
        text %= tuple(value if isinstance(value, int | float) else WITHHELD for value in values)
    return text.partition("\n")[0]


def _uncaught(kind: type[BaseException], error: BaseException | None, _: object) -> None:
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        get("process").critical("uncaught exception", exc_info=error)


def describe(error: BaseException) -> str:
    """Format an exception and its causes as types and stack traces, without messages, which may quote client data."""
    described: list[str] = []
    current: BaseException | None = error
    while current is not None and len(described) < _CAUSES:
        places = [
            f"  {frame.f_code.co_filename}:{line} in {frame.f_code.co_name}"
            for frame, line in traceback.walk_tb(current.__traceback__)
        ]
        if (more := len(places) - _FRAMES_FIRST - _FRAMES_LAST) > 0:  # a recursion
            places[_FRAMES_FIRST:-_FRAMES_LAST] = [f"  {more} more"]
        described.append("\n".join([f"{type(current).__qualname__}{_own_words(current)}", *places]))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    if current is not None:
        described.append("more causes")
    # The end of it has the exception that was logged.
    return "\nwhich led to\n".join(reversed(described))[-TRACE_CHARACTERS:]


def _own_words(error: BaseException) -> str:
    """Return the message of an exception from the system, an import or SQLite: these quote no values."""
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    if isinstance(error, ImportError) or type(error).__module__ == "apsw":
        return f": {strike_out(str(error))}"
    return ""


def strike_out(text: str) -> str:
    """Replace what looks like a secret, an e-mail address or a long number."""
    return _REVEALING.sub(WITHHELD, text)


class _TraceLimit:
    """Limits stack traces by exception type and line of code, per minute."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._counts = Counter[tuple[str, str]]()

    def allows(self, error: BaseException) -> bool:
        now = time.monotonic()
        if now - self._begun >= _MINUTE_SECONDS:  # which also bounds the number of places that are counted
            self._begun = now
            self._counts = Counter()
        place = ""
        for frame, line in traceback.walk_tb(error.__traceback__):
            place = f"{frame.f_code.co_filename}:{line}"
        key = type(error).__qualname__, place
        self._counts[key] += 1
        return self._counts[key] <= TRACES_A_MINUTE


def _describe_exception(limit: _TraceLimit, _: WrappedLogger, __: str, line: EventDict) -> EventDict:
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        line["exception"] = describe(error) if limit.allows(error) else f"{type(error).__qualname__} (as before)"
    return line


def _add_lost(output: LineOutput, _: WrappedLogger, __: str, line: EventDict) -> EventDict:
    if output.lost:
        line["lost"] = output.lost
    return line


def _withhold(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Replace every value that may have been sent by a client."""
    safe: dict[str, Any] = {}
    for name, value in line.items():
        if name in _PASSED or (name in SAFE and isinstance(value, bool | int | float | None)):
            safe[name] = value
        elif name == "event" or name in SAFE:
            safe[name] = strike_out(str(value))
        else:
            safe[name] = WITHHELD
    return safe


_PASSED = frozenset({"timestamp", "exception"})
"""Made here, and not filtered: their digits would be taken for a phone number."""


_PROCESSORS: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
