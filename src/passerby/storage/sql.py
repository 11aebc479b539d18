"""Named SQL: statements live in `.sql` files beside the code that runs them, each under a heading of its own.

    -- name: profile_by_identifier
    -- The profile that an identifier belongs to; none when it was never seen.
    SELECT ...

A name is a Python identifier, so that it can be searched for. What stands under a heading up to the next one is its
statement (or several, for a schema). Comment lines right below the heading are its purpose: for readers, and not
part of what is returned. Above the first heading only comments may stand.
"""

from __future__ import annotations

import re
from importlib import resources

_HEADING = re.compile(r"^--[ \t]*name:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_PURPOSE = re.compile(r"\A(?:[ \t]*(?:--.*)?(?:\n|\Z))*")


class SqlFileError(ValueError):
    """An .sql file is not a list of named statements."""


def load(package: str, file: str) -> dict[str, str]:
    """Return the statements of `file`, a resource of `package`, by their names, in the order of the file.

    Raises SqlFileError for a file that breaks the format, FileNotFoundError for one that is not there.
    """
    return parse(resources.files(package).joinpath(file).read_text("utf-8"), where=f"{package}/{file}")


def parse(text: str, *, where: str) -> dict[str, str]:
    """Return the statements in `text` by their names; `where` says in errors what was read."""
    preamble, *parts = _HEADING.split(text)
    if _without_purpose(preamble):
        raise SqlFileError(f"{where}: there is a statement above the first `-- name:` heading")
    statements: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        statements[_checked_name(name, statements, where)] = _checked_statement(name, body, where)
    return statements


def _checked_name(name: str, taken: dict[str, str], where: str) -> str:
    if not name.isidentifier():
        raise SqlFileError(f"{where}: {name!r} cannot be a statement's name")
    if name in taken:
        raise SqlFileError(f"{where}: two statements are called {name!r}")
    return name


def _checked_statement(name: str, body: str, where: str) -> str:
    statement = _without_purpose(body)
    if not statement:
        raise SqlFileError(f"{where}: there is no statement under {name!r}")
    return statement


def _without_purpose(body: str) -> str:
    return _PURPOSE.sub("", body).strip()
