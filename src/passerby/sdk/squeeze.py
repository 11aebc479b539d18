"""Leaves out of JavaScript what only people need: comments, and white space that parts nothing.

It knows words, texts, patterns and comments apart, and no more of the language than that. What it relies on is how the
sources are written: a division has a space on either side, a statement ends in `;` or `}`, none is empty, and no
list ends with a hole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_TOKEN: Final = re.compile(
    r"""
      (?P<comment> /\*.*?\*/ | //[^\n]* )
    | (?P<text> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | `(?:[^`\\]|\\.)*` )
    | (?P<pattern> /(?![ ])(?:\\.|\[[^\]\n]*\]|[^/\\\n])+/[a-z]* )
    | (?P<blank> \s+ )
    | (?P<word> [\w$]+ )
    | (?P<sign> . )
    """,
    re.DOTALL | re.VERBOSE,
)
_WORD: Final = re.compile(r"[\w$]")
_OPENING: Final = frozenset("{([,;")
_CLOSING: Final = frozenset("})]")
_ENDED_BY: Final = {";": "}", ",": "})]"}
"""The signs that are left out before these: the last statement of a block, and a trailing comma."""
_DOUBLED: Final = frozenset("+-/")
"""`a + +b` is not `a ++b`."""


def squeezed(code: str) -> str:
    """The same program in fewer characters."""
    return "".join(_kept(code))


def _kept(code: str) -> Iterator[str]:
    last, blank, end = "", "", ""
    for token in _TOKEN.finditer(code):
        if token.lastgroup in {"comment", "blank"}:
            blank += token[0] if token.lastgroup == "blank" else ""
            continue
        yield "" if token[0] in _ENDED_BY.get(end, ()) else end
        yield _between(last, blank, token[0][0])
        end = token[0] if token[0] in _ENDED_BY else ""
        yield token[0] if not end else ""
        last, blank = token[0][-1], ""
    yield end


def _between(left: str, blank: str, right: str) -> str:
    """What has to stay of the white space between two tokens that end and begin with these characters."""
    if not blank or not left:
        return ""
    if "\n" in blank and left not in _OPENING and right not in _CLOSING:
        return "\n"
    words = _WORD.match(left) and _WORD.match(right)
    return " " if words or (left == right and left in _DOUBLED) else ""
