"""Named SQL: statements live in `.sql` files beside the code that runs them."""

from __future__ import annotations

import re
from importlib.resources import files

_HEADING = re.compile(r"^-- name: *(\w+) *$", re.MULTILINE)


def load(package: str, file: str) -> dict[str, str]:
    """The statements of a package's `.sql` file by name.

    A statement begins behind its heading `-- name: some_name` and ends at the next one. What stands before the first
    heading belongs to no statement. A name given twice is a ValueError.
    """
    _, *parts = _HEADING.split(files(package).joinpath(file).read_text(encoding="utf-8"))
    names, statements = parts[::2], parts[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{package}/{file} gives a name twice")
    return {name: statement.strip() for name, statement in zip(names, statements, strict=True)}
