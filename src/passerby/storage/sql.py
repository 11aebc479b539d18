"""Loads named SQL statements from `.sql` files next to the code that runs them.

    -- name: profile_by_identifier
    -- The profile that an identifier belongs to; none when it was never seen.
    SELECT ...

A name is a Python identifier. The text between two headings is one statement, or several for a schema. Comment lines
directly below the heading state its purpose and are not part of the statement. Only comments may precede the first
heading.
"""

from __future__ import annotations

import re
from importlib import resources

_HEADING = re.compile(r"^--[ \t]*name:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_PURPOSE = re.compile(r"\A(?:[ \t]*(?:--.*)?(?:\n|\Z))*")


class SqlFileError(ValueError):
    """An .sql file is not in the format of named statements."""


def load(package: str, file: str) -> dict[str, str]:
    """Return the statements of `file`, a resource of `package`, by name, in the order of the file.

    Raises SqlFileError for a malformed file, FileNotFoundError for a missing one.
    """
    return parse(resources.files(package).joinpath(file).read_text("utf-8"), where=f"{package}/{file}")


def parse(text: str, *, where: str) -> dict[str, str]:
    """Return the statements in `text` by name; `where` names the source in errors."""
    preamble, *parts = _HEADING.split(text)
    if _without_purpose(preamble):
        raise SqlFileError(f"{where}: there is a statement above the first `-- name:` heading")
    statements: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        if not name.isidentifier():
            raise SqlFileError(f"{where}: {name!r} cannot be a statement's name")
        if name in statements:
            raise SqlFileError(f"{where}: two statements are called {name!r}")
        statements[name] = _without_purpose(body)
        if not statements[name]:
            raise SqlFileError(f"{where}: there is no statement under {name!r}")
    return statements


def _without_purpose(body: str) -> str:
    return _PURPOSE.sub("", body).strip()
