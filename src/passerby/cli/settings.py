"""The command `passerby settings`, which prints the reference of all settings, `docs/reference/settings.md`."""

from __future__ import annotations

from passerby.cli.output import say
from passerby.settings import FILE_NAME, SETTINGS, VARIABLES


def settings() -> None:
    """Print the reference of all settings: flags, environment variables, units and defaults."""
    say(reference().rstrip("\n"))


def reference() -> str:
    """Return the reference of all settings as Markdown."""
    rows = "\n".join(
        f"| `{each.flag}` | `{each.variable}` | `{each.in_file}` | {each.unit} | `{each.shown_default}` | {each.help} |"
        for each in SETTINGS
    )
    variables = "\n".join(f"| `{name}` | {text} |" for name, text in VARIABLES.items())
    return _REFERENCE.format(rows=rows, variables=variables, file=FILE_NAME)


_REFERENCE = """\
# Settings

A value comes from the flag, else from the environment, else from the TOML file, else it is the default. The TOML
file is the one that `--config` or `PASSERBY_CONFIG` names, else `{file}` in the data directory; `edge.idle_seconds`
is `idle_seconds` in its table `[edge]`. An unknown name is an error, and the server does not start.

This page is generated from `src/passerby/settings.py`: `passerby settings > docs/reference/settings.md`.

| flag | environment | in the file | unit | default | what it does |
|---|---|---|---|---|---|
{rows}

These variables are not settings:

| environment | what it does |
|---|---|
{variables}

Kubernetes sets variables of its own for a service that is called `passerby`, such as `PASSERBY_PORT=tcp://…`. Give the
service another name, or set `enableServiceLinks: false` on the pod.
"""
