"""Log lines are readable for people and machines, and contain no secrets and no personal values."""

from __future__ import annotations

import ast
import contextlib
import errno
import io
import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from passerby import logs
from passerby.accounts.keys import new_value

SOURCE = Path(logs.__file__).parent
METHODS = {"debug", "info", "warning", "error", "exception", "critical", "bind", "bind_contextvars"}


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    hooks, root = (sys.excepthook, threading.excepthook), logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    sys.excepthook, threading.excepthook = hooks
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def lines() -> io.StringIO:
    stream = io.StringIO()
    logs.configure("info", "json", stream)
    return stream


def parsed(lines: io.StringIO) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in lines.getvalue().splitlines()]


def test_a_line_is_json_with_its_time_level_component_and_values(lines: io.StringIO) -> None:
    logs.get("worker").info("batch applied", messages=412, ms=38.5)
    (line,) = parsed(lines)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"component": "worker", "level": "info", "event": "batch applied", "messages": 412, "ms": 38.5}


def test_a_line_on_a_terminal_is_no_json() -> None:
    terminal = Terminal()
    logs.configure("info", "auto", terminal)
    logs.get("worker").info("batch applied", messages=412)
    assert "batch applied" in terminal.getvalue()
    assert "{" not in terminal.getvalue()


def test_a_file_gets_json_unless_lines_for_readers_are_wanted() -> None:
    for form, begins_as_json in (("auto", True), ("json", True), ("console", False)):
        stream = io.StringIO()
        logs.configure("info", form, stream)  # type: ignore[arg-type]
        logs.get("worker").info("batch applied")
        assert stream.getvalue().startswith("{") is begins_as_json


def test_lines_go_to_standard_error_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "json")
    logs.get("worker").info("batch applied")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "batch applied" in captured.err


def test_lines_below_the_level_are_left_out(lines: io.StringIO) -> None:
    logs.configure("warning", "json", lines)
    logs.get("worker").info("batch applied")
    logging.getLogger("library").info("hello")
    logs.get("worker").warning("slow")
    assert [line["event"] for line in parsed(lines)] == ["slow"]


@given(value=st.text(min_size=1) | st.integers() | st.dictionaries(st.text(), st.text(), min_size=1))
def test_values_of_unlisted_names_are_not_logged(value: object) -> None:
    stream = io.StringIO()
    logs.configure("info", "json", stream)
    logs.get("edge").info("call taken", user=value)
    assert parsed(stream)[0]["user"] == logs.WITHHELD


@pytest.mark.parametrize(
    "revealing",
    [
        "robin@example.com",
        new_value("api_token"),
        "Bearer abcdef",
        "Basic YTpi",
        "+49 170 1234567",
        "00491701234567",
        "4111-1111-1111-1111",
    ],
)
def test_what_looks_like_a_secret_or_a_person_is_struck_out_even_in_listed_names(
    lines: io.StringIO, revealing: str
) -> None:
    logs.get("edge").info(f"call from {revealing} taken", status=f"bad: {revealing}")
    assert revealing.rpartition(" ")[2] not in lines.getvalue()
    assert parsed(lines)[0]["status"] == f"bad: {logs.WITHHELD}"


def test_numbers_and_paths_stay_readable(lines: io.StringIO) -> None:
    logs.get("log").info("pruned", position=12_345_678_901, file="data/log.db", project=None)
    (line,) = parsed(lines)
    assert (line["position"], line["file"], line["project"]) == (12_345_678_901, "data/log.db", None)


def test_an_exception_is_its_type_and_places_without_its_message(lines: io.StringIO) -> None:
    try:
        fail_with_cause()
    except ValueError:
        logs.get("worker").exception("a batch failed")
    (line,) = parsed(lines)
    assert "Robin" not in lines.getvalue()
    assert line["exception"].startswith("KeyError\n")
    assert "which led to\nValueError\n" in line["exception"]
    assert "in fail_with_cause" in line["exception"]


def fail_with_cause() -> None:
    try:
        fail("Robin Doe")
    except KeyError as error:
        raise ValueError("no Robin Doe") from error


def fail(about: str) -> None:
    raise KeyError(about)


def test_a_context_that_was_suppressed_stays_out() -> None:
    with pytest.raises(ValueError, match="second") as caught:
        fail_without_cause()
    assert "KeyError" not in logs.describe(caught.value)


def fail_without_cause() -> None:
    try:
        fail("first")
    except KeyError:
        raise ValueError("second") from None


def test_what_the_system_and_sqlite_say_is_kept() -> None:
    assert logs.describe(OSError(28, "No space left on device", "/data/x")) == "OSError: No space left on device"
    with pytest.raises(apsw.SQLError) as caught:
        apsw.Connection(":memory:").execute("SELECT lost")
    assert "no such column: lost" in logs.describe(caught.value)


@pytest.mark.parametrize("form", ["instance", "tuple", "true"])
def test_an_exception_may_be_given_in_every_usual_form(lines: io.StringIO, form: str) -> None:
    try:
        fail_with_cause()
    except ValueError as error:
        given = {"instance": error, "tuple": sys.exc_info(), "true": True}[form]
        logs.get("worker").error("a batch failed", exc_info=given)
    assert "ValueError" in parsed(lines)[0]["exception"]


def test_without_an_exception_none_is_written(lines: io.StringIO) -> None:
    logs.get("worker").error("a batch failed", exc_info=True)
    assert "exception" not in parsed(lines)[0]


def test_other_libraries_lines_keep_their_fixed_text_and_numbers_only(lines: io.StringIO) -> None:
    library_says("took %d s for %s\nand more of %s", 3, "Robin", "Robin")
    library_says("took %(s)s", {"s": "Robin"})
    library_says("too few %s %s %s", "Robin")
    library_says("")
    library_says("between the levels", level=25)
    events = [line["event"] for line in parsed(lines)]
    assert events == [
        f"took 3 s for {logs.WITHHELD}",
        "took %(s)s",
        "too few %s %s %s",
        "",
        "between the levels",
    ]


def library_says(text: str, *values: object, level: int = logging.WARNING) -> None:
    """A line of another library, without pytest's own handlers, which fall over some of these."""
    ours = logging.getLogger().handlers[0]
    ours.handle(logging.LogRecord("library", level, "library.py", 1, text, values, None))


def test_an_uncaught_exception_becomes_a_line_without_its_message(lines: io.StringIO) -> None:
    with pytest.raises(ValueError, match="no Robin Doe") as caught:
        fail_with_cause()
    sys.excepthook(ValueError, caught.value, None)
    (line,) = parsed(lines)
    assert line["level"] == "critical"
    assert "Robin" not in lines.getvalue()


def test_an_uncaught_exception_in_a_thread_becomes_a_line_too(lines: io.StringIO) -> None:
    thread = threading.Thread(target=fail_with_cause)
    thread.start()
    thread.join()
    assert parsed(lines)[0]["event"] == "uncaught exception"


def test_leaving_on_purpose_is_no_line(lines: io.StringIO) -> None:
    for leaving in (KeyboardInterrupt(), SystemExit(1)):
        sys.excepthook(type(leaving), leaving, None)
    assert lines.getvalue() == ""


def test_every_name_that_the_code_logs_under_is_listed_as_safe() -> None:
    unlisted = {
        f"{file.relative_to(SOURCE)}:{call.lineno}: {keyword.arg}"
        for file in SOURCE.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and is_log_call(call)
        for keyword in call.keywords
        if keyword.arg not in {*logs.SAFE, "exc_info"}
    }
    assert not unlisted


def is_log_call(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr in METHODS
        and ast.unparse(function.value) in {"log", "_log", "logger", "structlog.contextvars"}
    )


class Unwritable(io.StringIO):
    """A stream that fails until it is repaired."""

    mended = False

    def write(self, text: str) -> int:
        if not self.mended:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def test_a_line_that_cannot_be_written_raises_nothing_and_is_counted_in_the_next_one() -> None:
    stream = Unwritable()
    logs.configure("info", "json", stream)
    logs.get("relay").error("first")
    library_says("second")
    stream.mended = True
    logs.get("relay").error("third")
    logs.get("relay").error("fourth")
    third, fourth = parsed(stream)
    assert (third["event"], third["lost"]) == ("third", 2)
    assert "lost" not in fourth


@pytest.mark.parametrize("broken", ["full", "closed", "without a reader"])
def test_no_stream_makes_a_log_call_raise(broken: str) -> None:
    with contextlib.ExitStack() as held:
        if broken == "full":
            stream = held.enter_context(Path("/dev/full").open("w", encoding="utf-8"))
        else:
            reading, writing = os.pipe()
            stream = os.fdopen(writing, "w", encoding="utf-8")
            os.close(reading)
            held.callback(stream.close)
        logs.configure("info", "json", stream)
        if broken == "closed":
            stream.close()
        for _ in range(3):
            logs.get("relay").error("lost")
            library_says("lost")
            sys.excepthook(KeyError, KeyError(), None)


class Speechless:
    def __str__(self) -> str:
        raise RuntimeError("no words")

    __repr__ = __str__


def test_a_value_without_a_text_raises_nothing(lines: io.StringIO) -> None:
    logs.get("relay").error("about", reason=Speechless())
    logging.getLogger().handlers[0].handle(logging.LogRecord("l", 30, "l.py", 1, Speechless(), (), None))
    logs.get("relay").error("after")
    assert [line["event"] for line in parsed(lines)] == ["after"]


def deep(levels: int) -> None:
    if levels:
        deep(levels - 1)
    fail("the bottom")


def test_an_exception_from_the_depth_of_a_recursion_is_described_briefly() -> None:
    with pytest.raises(KeyError) as caught:
        deep(400)
    described = logs.describe(caught.value)
    assert len(described) < 4_000
    assert "more\n" in described
    assert described.endswith("in fail")


def test_a_long_chain_of_causes_is_described_briefly() -> None:
    error = ValueError()
    for _ in range(2_000):
        following = ValueError()
        following.__cause__ = error
        error = following
    described = logs.describe(error)
    assert described.startswith("more causes\nwhich led to\nValueError")
    assert described.count("which led to") == 5


def test_an_exception_that_comes_again_and_again_is_described_so_many_times_a_minute(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(logs.TRACES_A_MINUTE + 2):
        log_a_failure()
    described = [line["exception"] for line in parsed(lines)]
    assert all("in fail_with_cause" in each for each in described[:-2])
    assert described[-2:] == ["ValueError (as before)"] * 2
    monkeypatch.setattr(logs, "_MINUTE_SECONDS", 0.0)
    log_a_failure()
    assert "in fail_with_cause" in parsed(lines)[-1]["exception"]


def log_a_failure() -> None:
    try:
        fail_with_cause()
    except ValueError:
        logs.get("worker").exception("a batch failed")
