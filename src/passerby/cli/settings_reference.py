"""Generates the reference of all settings, `docs/reference/settings.md`."""

from __future__ import annotations

from passerby.settings import FILE_NAME, SETTINGS, VARIABLES, Setting, dotted, shown


def reference() -> str:
    """Return the reference of all settings as Markdown."""
    rows = "\n".join(_row(setting) for setting in SETTINGS)
    variables = "\n".join(f"| `{name}` | {text} |" for name, text in VARIABLES.items())
    return _REFERENCE.format(rows=rows, variables=variables, file=FILE_NAME)


def _row(setting: Setting) -> str:
    cells = (
        f"`{setting.flag}`",
        f"`{setting.variable}`",
        f"`{dotted(setting)}`",
        setting.unit,
        f"`{shown(setting.default)}`",
        setting.help,
    )
    return "| " + " | ".join(cells) + " |"


_REFERENCE = """\
# Settings

A value comes from the flag, else from the environment, else from the TOML file, else it is the default. The TOML
file is the one that `--config` or `PASSERBY_CONFIG` names, else `{file}` in the data directory; `edge.idle_seconds`
is `idle_seconds` in its table `[edge]`. A name that no setting has is an error that stops the start.

This page is made from `src/passerby/settings.py`: `passerby settings > docs/reference/settings.md`.

| flag | environment | in the file | unit | default | what it does |
|---|---|---|---|---|---|
{rows}

These variables are no settings:

| environment | what it does |
|---|---|
{variables}

Kubernetes sets variables of its own for a service that is called `passerby`, such as `PASSERBY_PORT=tcp://…`. Give the
service another name, or set `enableServiceLinks: false` on the pod.
"""
