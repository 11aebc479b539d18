"""Slow JSON reader for bodies that the fast decoder refuses.

Reads what JSON parsers disagree about: half of a surrogate pair, which RFC 8259 (section 8.2) allows, becomes U+FFFD; a
number that cannot be represented (`1e400`, `NaN`, thousands of digits) becomes an `Unreadable`; a record of a bulk call
that nests too deeply becomes a `RefusedRecord`. Linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from json import JSONDecodeError, JSONDecoder
from math import isfinite
from typing import Any, Final, NoReturn

import msgspec

from passerby.dialects.contract import Fault, RequestFault

Unreadable = msgspec.Raw
"""A number that cannot be represented: encodes as a JSON string of its text."""

ELEMENTS: Final = "[]"
"""As `records`: the body itself is an array of records."""

TEXT_LIMIT: Final = 1_000
"""Characters kept of a number that cannot be represented."""
DIGIT_LIMIT: Final = 4_300
"""Digits of an integer. Python and msgspec convert no longer one, because conversion is quadratic."""

RECORD_LIMIT: Final = 32 * 1024
"""Characters stored of a record that exceeds a limit."""
PASSED_LIMIT: Final = 400_000
"""Strings and brackets in the records of one body that are passed over; then the whole body is refused."""


class RefusedRecord(msgspec.Struct, frozen=True):
    """Replaces a record that exceeds a limit of every dialect. `text` is its JSON, truncated."""

    fault: Fault
    text: str


def raise_if_all_refused(records: Sequence[Any]) -> None:
    """Raise the fault of the first record where no record is within the limits."""
    if records and all(type(record) is RefusedRecord for record in records):
        raise RequestFault(records[0].fault)


_HEX: Final = "[0-9a-fA-F]"
_HIGH: Final = rf"[dD][89abAB]{_HEX}{{2}}"
_LOW: Final = rf"[dD][c-fC-F]{_HEX}{{2}}"
_SURROGATES: Final = re.compile(rf"(?<!\\)((?:\\\\)*+)\\u(?:({_HIGH}\\u{_LOW})|{_HIGH}|{_LOW})")
r"""A pair (group 2) or half of one, with the escaped backslashes before it: `\\ud83d` is text, `\\\ud83d` is not."""
_MAY_OVERFLOW: Final = re.compile(r"(?<![0-9])[0-9]{200}|[eE]\+?[0-9]{3}")
"""Found in every text that holds a fraction beyond the range of a double, and in few others."""
_LONG_INTEGER: Final = re.compile(rf"(?<![0-9])[0-9]{{{DIGIT_LIMIT}}}")

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_STRUCTURE: Final = re.compile(r'"|[\[{]+|[\]}]+')


def read(text: str, records: str = "") -> Any:
    """Parse a JSON text.

    `records` as for `body.decode`. Raises RequestFault (NOT_JSON, TOO_DEEP).
    """
    text = with_whole_characters(text)
    decoder = _decoder(text)
    try:
        return decoder.decode(text)
    except JSONDecodeError as error:
        raise RequestFault(Fault.NOT_JSON, "malformed", problem=str(error)) from None
    except RecursionError:
        return _Pieces(text, decoder).body(records)


def record_texts(text: str, records: str) -> list[str]:
    """Return the JSON text of each record of a bulk call, truncated."""
    pieces = _Pieces(text, _decoder(text))
    pieces.body(records)
    return pieces.texts


def with_whole_characters(text: str) -> str:
    """Replace each unpaired surrogate in a JSON text by U+FFFD."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _SURROGATES.sub(lambda found: found[0] if found[2] else f"{found[1]}\\ufffd", text)


def _decoder(text: str) -> JSONDecoder:
    """Return a decoder that calls back only for numbers that this text may hold: a call costs more than a number."""

    def fraction(digits: str) -> Any:
        value = float(digits)
        return value if isfinite(value) else _unreadable(digits)

    def integer(digits: str) -> Any:
        return int(digits) if len(digits) <= DIGIT_LIMIT else _unreadable(digits)

    return JSONDecoder(
        parse_float=fraction if _MAY_OVERFLOW.search(text) else None,
        parse_int=integer if _LONG_INTEGER.search(text) else None,
        parse_constant=_CONSTANTS.__getitem__,
    )


def _unreadable(text: str) -> Unreadable:
    return Unreadable(msgspec.json.encode(text[:TEXT_LIMIT]))


_CONSTANTS: Final = {text: _unreadable(text) for text in ("NaN", "Infinity", "-Infinity")}


class _Pieces:
    """Parses a body record by record and skips records that nest too deeply to be decoded."""

    def __init__(self, text: str, decoder: JSONDecoder) -> None:
        self.texts: list[str] = []
        self._text = text
        self._decode = decoder.raw_decode
        self._at = 0
        self._passed = 0

    def body(self, records: str) -> Any:
        """Return the body with `RefusedRecord`s. Raises RequestFault for one that has no records and is too deep."""
        members: dict[str, Any] = {}
        value: Any = members
        if records == ELEMENTS:
            value = self._records()
        else:
            self._sequence("{}", lambda: self._member(members, records))
        if self._next():
            self._fail("Extra data")
        return value

    def _member(self, members: dict[str, Any], records: str) -> None:
        if self._next() != '"':
            self._fail("Expecting a name")
        name = self._value()
        self._take(":")
        members[name] = self._records() if name == records and self._next() == "[" else self._value()

    def _records(self) -> list[Any]:
        found: list[Any] = []
        self.texts = []
        self._sequence("[]", lambda: self._record(found))
        return found

    def _record(self, found: list[Any]) -> None:
        self._next()
        begin = self._at
        try:
            record = self._value()
        except RequestFault as fault:
            if fault.fault is not Fault.TOO_DEEP:
                raise
            self._pass_over()
            record = RefusedRecord(fault.fault, self._text[begin : self._at][:RECORD_LIMIT])
        found.append(record)
        self.texts.append(self._text[begin : self._at][:RECORD_LIMIT])

    def _sequence(self, brackets: str, read_one: Callable[[], None]) -> None:
        """Parse a comma-separated sequence between these brackets."""
        if self._next() != brackets[0]:
            raise RequestFault(Fault.TOO_DEEP)
        self._at += 1
        if self._next() != brackets[1]:
            read_one()
            while self._next() == ",":
                self._at += 1
                read_one()
        self._take(brackets[1])

    def _value(self) -> Any:
        self._next()
        try:
            value, self._at = self._decode(self._text, self._at)
        except JSONDecodeError as error:
            raise RequestFault(Fault.NOT_JSON, "malformed", problem=str(error)) from None
        except RecursionError:
            raise RequestFault(Fault.TOO_DEEP) from None
        return value

    def _pass_over(self) -> None:
        """Skip to the end of the array or object at the current position."""
        depth = 0
        while found := _STRUCTURE.search(self._text, self._at):
            self._passed += 1
            if self._passed > PASSED_LIMIT:
                raise RequestFault(Fault.TOO_DEEP)
            brackets = found[0]
            self._at = found.start()
            if brackets == '"':
                self._value()  # brackets in a string do not count
                continue
            change = len(brackets) if brackets[0] in "[{" else -len(brackets)
            if depth + change <= 0:
                self._at += depth  # a run of brackets may close more than this record
                return
            depth += change
            self._at += len(brackets)
        self._fail("Unterminated record")

    def _next(self) -> str:
        """Skip white space; return the next character, "" at the end."""
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, character: str) -> None:
        if self._next() != character:
            self._fail(f"Expecting {character!r}")
        self._at += 1

    def _fail(self, problem: str) -> NoReturn:
        raise RequestFault(Fault.NOT_JSON, "malformed_at", problem=problem, position=self._at)
