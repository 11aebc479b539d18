"""Joins the modules that one SDK is made of into one file. There is no build step: this is done when Passerby starts.

The modules share one scope once they are joined, so that a name stands at the top of one of them only. That needs no
parser of JavaScript: every import and export in the sources is a statement that begins a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from passerby.sdk.squeeze import squeezed

VERSION_MODULE: Final = "version.js"

_IMPORT: Final = re.compile(r'^import [^;]*?"\./([\w.]+)";\n', re.MULTILINE)
_EXPORTS: Final = re.compile(r"^export \{([^}]*)\};\n", re.MULTILINE)
_DEFAULT: Final = re.compile(r"^export default (\w+);\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=const |function |async function )", re.MULTILINE)


class Joined(NamedTuple):
    """The code of an SDK without imports and exports, the names that it exports, and the one that stands for all."""

    code: str
    exports: tuple[str, ...]
    default: str


def join(sources: Mapping[str, str], entry: str, version: str) -> Joined:
    """The modules that `entry` needs, itself last; `sources` are all modules by file name."""
    given = {**sources, VERSION_MODULE: f'export const VERSION = "{version}";\n'}
    text = "".join(given[name] for name in _needed(given, entry, []))
    exports = [name.strip() for names in _EXPORTS.findall(text) for name in names.split(",") if name.strip()]
    default = "".join(_DEFAULT.findall(text))
    for statement in (_IMPORT, _EXPORTS, _DEFAULT, _EXPORT):
        text = statement.sub("", text)
    return Joined(text, tuple(exports), default)


def script(joined: Joined, banner: str) -> str:
    """A script for a page."""
    return banner + squeezed(f'(function () {{\n"use strict";\n{joined.code}}})();') + "\n"


def module(joined: Joined, banner: str) -> str:
    """An ES module."""
    exported = f"export {{ {', '.join(joined.exports)} }};\nexport default {joined.default};"
    return banner + squeezed(joined.code + exported) + "\n"


def script_or_common_module(joined: Joined, banner: str, global_name: str) -> str:
    """A script that is a CommonJS module where there are such, and else a global variable.

    Node and bundlers find the names to import by reading these assignments without running them.
    """
    assignments = "".join(f"exports.{name} = {name};\n" for name in joined.exports)
    ending = f"""if (typeof module === "object" && module.exports) {{
{assignments}}} else globalThis.{global_name} = {joined.default};
"""
    return script(joined._replace(code=joined.code + ending), banner)


def _needed(sources: Mapping[str, str], name: str, before: list[str]) -> list[str]:
    """The names of a module and of all that it needs, each behind what it needs itself."""
    for imported in _IMPORT.findall(sources[name]):
        if imported not in before:
            _needed(sources, imported, before)
    before.append(name)
    return before
