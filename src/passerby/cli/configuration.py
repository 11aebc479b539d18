"""Reads the settings from flags, environment and TOML file, the strongest source first; else a setting has its default.

The file is the one that `--config` or $PASSERBY_CONFIG names, else `passerby.toml` in the data directory. An unknown
name is an error in every source: a misspelt limit would otherwise silently not be one. All errors are reported at once.
Decision 82 has the reasons why cyclopts does not read these sources.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import get_type_hints

import msgspec

from passerby.proxies import Networks
from passerby.settings import CONFIG, FILE_NAME, PREFIX, SETTINGS, VARIABLES, Settings


class SettingsError(Exception):
    """Settings are unknown or invalid: one line for each, with its source and what is expected."""


def load(
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    config: Path | None = None,
) -> Settings:
    """Return the settings from these sources. Flags are keyed by `Setting.name`; None means that one was not given.

    Raises SettingsError with everything that is wrong.
    """
    environ, problems = environ or {}, list[str]()
    found: dict[str, tuple[str, object]] = {}  # the name of the source and the value, by `Setting.name`
    by_variable = {setting.variable: setting.name for setting in SETTINGS}
    for variable, value in environ.items():
        if variable in by_variable:
            found[by_variable[variable]] = variable, value
        elif variable.startswith(PREFIX) and variable not in VARIABLES:
            # Compared without the prefix, which makes any two of them similar.
            known = [other.removeprefix(PREFIX) for other in (*by_variable, *VARIABLES)]
            problems.append(f"{variable}: no such setting{_guess(variable.removeprefix(PREFIX), known, PREFIX)}")
    for setting in SETTINGS:
        if (given := (flags or {}).get(setting.name)) is not None:
            found[setting.name] = setting.flag, given
    # Flag and variable decide the data directory before its file is read.
    in_data = Path(str(found["data"][1]) if "data" in found else Settings().data) / FILE_NAME
    named = config or environ.get(CONFIG)
    if named or os.path.lexists(in_data):  # false without access to the directory, whose error follows
        file = Path(named or in_data)
        from_file = _read_file(file, problems)
        if file == in_data and "data" in from_file:
            problems.append(f"{file}: data: a file in the data directory cannot name another data directory")
        found = from_file | found
    settings = _converted(found, problems)
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def _read_file(file: Path, problems: list[str]) -> dict[str, tuple[str, object]]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{file}: {(isinstance(error, OSError) and error.strerror) or error}")
        return {}
    values: dict[str, object] = {}
    for name, value in tables.items():
        if isinstance(value, dict):
            values |= {f"{name}.{field}": each for field, each in value.items()}
        else:
            values[name] = value
    by_name = {setting.in_file: setting.name for setting in SETTINGS}
    problems += [f"{file}: {name}: no such setting{_guess(name, by_name)}" for name in values if name not in by_name]
    return {by_name[name]: (f"{file}: {name}", value) for name, value in values.items() if name in by_name}


def _guess(name: str, known: Iterable[str], prefix: str = "") -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {prefix}{near[0]}?" if near else ""


def _converted(found: Mapping[str, tuple[str, object]], problems: list[str]) -> Settings:
    values: dict[str, dict[str, object]] = {}
    for setting in SETTINGS:
        if setting.name in found:
            source, value = found[setting.name]
            try:
                converted = msgspec.convert(value, setting.type, strict=False, dec_hook=_of_type)
            except msgspec.ValidationError as error:
                problems.append(f"{source}: {error}; its default is {setting.shown_default}")
            else:
                values.setdefault(setting.section, {})[setting.field] = converted
    own, types = values.pop("", {}), get_type_hints(Settings)
    tables = {section: types[section](**fields) for section, fields in values.items()}
    return Settings(**own, **tables)  # type: ignore[arg-type]  # converted above


def _of_type(kind: type, value: object) -> object:
    """Return a value of one of the two types that msgspec does not know. Raises ValueError."""
    if isinstance(value, kind):
        return value
    return Networks(value) if kind is Networks else Path(str(value))
