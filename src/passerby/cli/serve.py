"""The command `passerby serve`."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import make_dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

from cyclopts import Group, Parameter

from passerby import logs, sockets
from passerby.cli import greeting
from passerby.cli.bootstrap import apply_given_password
from passerby.cli.configuration import load
from passerby.cli.output import as_json, say, say_if_possible, say_json
from passerby.proxies import Networks
from passerby.runtime.bootstrap import init, initialised
from passerby.runtime.engines import engines_of
from passerby.runtime.roles import Handed, run_role
from passerby.runtime.supervisor.layout import Role, cores_found, layout
from passerby.runtime.supervisor.signals import leaving_on_signal
from passerby.runtime.supervisor.supervise import supervise
from passerby.settings import CONSOLE_PASSWORD, SETTINGS, Setting, Settings, as_flags
from passerby.storage import locks
from passerby.storage.data_dir import DataDir, write_private

_SECTIONS = {
    "": "Settings",
    "edge": "Settings: ingest port",
    "log": "Settings: log",
    "worker": "Settings: worker",
    "catalogue": "Settings: data catalog",
    "events": "Settings: event store",
    "api": "Settings: API",
}
_GROUPS = {section: Group(title, sort_key=place) for place, (section, title) in enumerate(_SECTIONS.items())}


def _flag(setting: Setting) -> tuple[str, Any, None]:
    plain = get_args(setting.type)[0]
    plain = str if plain is Networks else plain  # `load` converts it, like values of the other sources
    unit = f"{setting.unit}, " if setting.unit else ""
    text = f"{setting.help} [{unit}default: {setting.default}]" if setting.default != "" else setting.help
    parameter = Parameter(name=setting.flag, help=text, group=_GROUPS[setting.section])
    return setting.name, Annotated[plain | None, parameter], None


Flags = make_dataclass("Flags", [_flag(setting) for setting in SETTINGS], frozen=True)
Flags.__module__ = __name__  # cyclopts ignores the fields of classes whose module is `types`
_Hidden = Parameter(show=False)

_log = logs.get("serve")


def serve(  # noqa: PLR0913 - a command has as many flags as it needs
    *,
    role: Annotated[Role | None, Parameter(help="Run this role only. Default: all roles.")] = None,
    config: Annotated[Path | None, Parameter(help="Settings file. Default: DATA/passerby.toml.")] = None,
    process: Annotated[int, _Hidden] = 0,
    listen_fd: Annotated[int | None, _Hidden] = None,
    alive_fd: Annotated[int | None, _Hidden] = None,
    flags: Any = None,
) -> int:
    """Start the server: the ingest port, the worker, the API and the console. Runs until SIGTERM or SIGINT.

    Initialises an empty data directory first, as `passerby init` does. The credentials are printed to a terminal;
    where standard output is not a terminal, they are written to `first-credentials.json` in the data directory,
    readable by its owner only. Every setting can also be given as an environment variable (`--edge-idle-seconds` as
    $PASSERBY_EDGE_IDLE_SECONDS) or in the settings file; see `passerby settings`.
    """
    given: Mapping[str, object] = vars(flags) if flags else {}
    settings = load(given, os.environ, config)
    if role is None:
        return _serve_all(settings)
    return _serve_one(role, settings, Handed(listen_fd, alive_fd, process))


serve.__annotations__["flags"] = Annotated[Flags | None, Parameter(name="*")]


def _serve_one(role: Role, settings: Settings, handed: Handed) -> int:
    folder = DataDir(settings.data)
    with ExitStack() as held:
        if handed.alive is None:
            held.callback(os.close, locks.take_folder(folder, alone=False))
            apply_given_password(folder)
        run_role(role, settings, handed)
    return 0


def _serve_all(settings: Settings) -> int:
    logs.configure(settings.log_level, settings.log_format)
    folder = DataDir(settings.data)
    with ExitStack() as held:
        held.enter_context(leaving_on_signal())
        # The serve lock holds the addresses for other commands; the directory lock excludes roles run on their own.
        serve_lock = locks.take_serve(folder)
        held.callback(os.close, serve_lock)
        folder_lock = locks.take_folder(folder, alone=True)
        held.callback(os.close, folder_lock)
        # Ports are opened before the directory is initialised, so that a port in use leaves no credentials behind.
        listeners: dict[Role, socket.socket] = {
            "edge": held.enter_context(sockets.listen(settings.host, settings.port, "--port")),
            "console": held.enter_context(
                sockets.listen(settings.console_address, settings.console_port, "--console-port")
            ),
        }
        serving = locks.Serving(
            pid=os.getpid(),
            host=settings.host,
            port=sockets.port_of(listeners["edge"]),
            console_host=settings.console_address,
            console_port=sockets.port_of(listeners["console"]),
        )
        locks.announce(serve_lock, serving)
        apply_given_password(folder)
        _greet(folder, serving)
        planned = layout(cores_found(), settings.edge.processes)
        return supervise(folder, planned, as_flags(settings), listeners, folder_lock)


def _greet(folder: DataDir, serving: locks.Serving) -> None:
    written: Path | None = None
    if not initialised(folder.path):
        keys = init(folder.path, os.environ.get(CONSOLE_PASSWORD, ""))
        if sys.stdout.isatty():
            say(f"Initialised {folder.path}. Save these credentials: the secrets are not shown again.\n")
            say_json(keys.document())
            say("\n" + greeting.fresh(serving, keys))
            return
        written = folder.first_credentials
        write_private(written, as_json(keys.document()))
        say_if_possible(f"Initialised {folder.path}. The credentials are in {written}, readable by its owner only.\n")
        _log.warning("credentials written to a file: store them in a safe place and delete the file", file=str(written))
    with engines_of(folder).control.open_projects() as store:
        first = store.projects()[0]
        say_if_possible(greeting.again(serving, store.keys(first), folder.path, credentials_in=written))
