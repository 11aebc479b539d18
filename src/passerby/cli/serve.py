"""The command `passerby serve`."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import make_dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

from cyclopts import Group, Parameter

from passerby import logs, sockets
from passerby.cli.bootstrap import apply_given_password
from passerby.cli.configuration import load
from passerby.cli.greeting import greet
from passerby.proxies import Networks
from passerby.runtime.roles import Handed, run_role
from passerby.runtime.supervisor.exits import leaving_on_signal
from passerby.runtime.supervisor.layout import Role, cores_found, layout
from passerby.runtime.supervisor.supervise import supervise
from passerby.settings import SETTINGS, Setting, as_flags
from passerby.storage import locks
from passerby.storage.data_dir import DataDir

_SECTIONS = {
    "": "Settings",
    "edge": "Settings: ingest port",
    "log": "Settings: log",
    "outbox": "Settings: outbox",
    "worker": "Settings: worker",
    "catalogue": "Settings: data catalog",
    "events": "Settings: event store",
    "destinations": "Settings: destinations",
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
    settings = load(vars(flags) if flags else {}, os.environ, config)
    folder = DataDir(settings.data)
    with ExitStack() as held:
        if role is not None:
            if alive_fd is None:  # not started by a supervisor, which holds the locks
                held.callback(os.close, locks.take_folder(folder, alone=False))
                apply_given_password(folder)
            run_role(role, settings, Handed(listen_fd, alive_fd, process))
            return 0
        logs.configure(settings.log_level, settings.log_format)
        held.enter_context(leaving_on_signal())
        # The serve lock holds the addresses for other commands; the directory lock excludes roles run on their own.
        serve_lock = locks.take_serve(folder)
        held.callback(os.close, serve_lock)
        folder_lock = locks.take_folder(folder, alone=True)
        held.callback(os.close, folder_lock)
        # Ports are opened before the directory is initialised, so that a port in use leaves no credentials behind.
        ingest = held.enter_context(sockets.listen(settings.host, settings.port, "--port"))
        console = held.enter_context(sockets.listen(settings.console_address, settings.console_port, "--console-port"))
        serving = locks.Serving(
            pid=os.getpid(),
            host=settings.host,
            port=sockets.port_of(ingest),
            console_host=settings.console_address,
            console_port=sockets.port_of(console),
        )
        locks.announce(serve_lock, serving)
        apply_given_password(folder)
        greet(folder, serving)
        planned = layout(cores_found(), settings.edge.processes)
        return supervise(folder, planned, as_flags(settings), {"edge": ingest, "console": console}, folder_lock)


# Set here, because the annotation is made at runtime and is not the name of a type.
serve.__annotations__["flags"] = Annotated[Flags | None, Parameter(name="*")]
