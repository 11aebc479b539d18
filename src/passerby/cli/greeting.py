"""The startup message of `passerby serve`: addresses, example requests, and the credentials of a first start."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from passerby import logs
from passerby.accounts.bootstrap import FirstKeys
from passerby.accounts.keys import API_TOKEN, KINDS, kind_named
from passerby.accounts.records import Key
from passerby.cli import examples
from passerby.cli.errors import CommandError
from passerby.cli.output import as_json, say, say_if_possible, say_json
from passerby.dialects import registry
from passerby.runtime.bootstrap import init, initialised
from passerby.runtime.engines import engines_of
from passerby.settings import CONSOLE_PASSWORD
from passerby.storage.data_dir import DataDir, private_file
from passerby.storage.locks import Serving

LAST_LINE = "Running. Press Ctrl-C to stop."
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared with, not listened on

_log = logs.get("serve")


def greet(folder: DataDir, serving: Serving) -> None:
    """Initialise an empty data directory, and print the startup message.

    The credentials of a first start are printed to a terminal, else written to a file: output that is not a terminal
    may be a log, which others can read. Raises CommandError if there is such a file already.
    """
    written: Path | None = None
    if not initialised(folder.path):
        password = os.environ.get(CONSOLE_PASSWORD, "")
        if sys.stdout.isatty():
            keys = init(folder.path, password)
            say(f"Initialised {folder.path}. Save these credentials: the secrets are not shown again.\n")
            say_json(keys.document())
            say("\n" + fresh(serving, keys))
            return
        written = folder.first_credentials
        try:
            # Created first: credentials that cannot be written would be lost with the only copy of the secrets.
            with private_file(written) as file:
                file.write(as_json(init(folder.path, password).document()) + "\n")
        except FileExistsError:
            raise CommandError(
                f"{written} exists, perhaps with the credentials of an earlier server: move it away, then start again"
            ) from None
        say_if_possible(f"Initialised {folder.path}. The credentials are in {written}, readable by its owner only.\n")
        _log.warning("credentials written to a file: store them in a safe place and delete the file", file=str(written))
    with engines_of(folder).control.open_projects() as store:
        first = store.projects()[0]
        say_if_possible(again(serving, store.keys(first), folder.path, credentials_in=written))


def url(host: str, port: int) -> str:
    """Return the URL of a listener as seen from this machine. A wildcard address becomes the loopback address."""
    reachable = _EVERYWHERE.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{reachable}:{port}"


def places(serving: Serving) -> str:
    """Return the addresses of the server, one per line."""
    console = url(serving.console_host, serving.console_port)
    return "\n".join(
        [
            f"Ingest port         {url(serving.host, serving.port)}",
            f"Console and API     {console}",
            f"API description     {console}/openapi.json",
        ]
    )


def fresh(serving: Serving, keys: FirstKeys) -> str:
    """Return the message for a new data directory: example requests of every dialect with the real keys."""
    calls = examples.of_fresh(url(serving.host, serving.port), url(serving.console_host, serving.console_port), keys)
    return f"{places(serving)}\n\nExample requests:\n\n{examples.written(calls)}\n\n{LAST_LINE}"


def again(serving: Serving, keys: Sequence[Key], data: Path, *, credentials_in: Path | None = None) -> str:
    """Return the message for a data directory whose secrets are not printed: requests that need public keys only.

    `credentials_in` is the file that holds the first credentials if this start wrote it.
    """
    public = {
        key.kind: key.value
        for key in reversed(keys)
        if key.value and key.revoked_at is None and not kind_named(key.kind).guarded
    }
    calls = examples.calls(url(serving.host, serving.port), public)
    tried = f"Example requests:\n\n{examples.written(calls)}\n\n" if calls else ""
    secrets = _SECRETS_IN_FILE.format(file=credentials_in) if credentials_in else _SECRETS_SHOWN
    kinds = [API_TOKEN, *(kind for dialect in _SECRETIVE for kind in dialect.samples.kinds if KINDS[kind].secret)]
    folder = shlex.quote(str(data))
    commands = "\n".join(f"  passerby keys add {kind} --data {folder}" for kind in kinds)
    commands = f"{commands}\n{_COMMANDS.format(data=folder)}"
    return f"{places(serving)}\n\n{tried}{secrets}\n{commands}\n\n{LAST_LINE}"


_SECRETIVE = [dialect for dialect in registry.ALL if any(KINDS[kind].secret for kind in dialect.samples.kinds)]
"""Dialects whose example requests need a secret key."""
_SECRETS_SHOWN = f"""\
Secrets are shown only when they are created. To create an API token, or a secret key for
{" or ".join(dialect.title for dialect in _SECRETIVE)}:"""
_SECRETS_IN_FILE = """\
The console password and all secret keys are in {file}. To create more:"""
_COMMANDS = """\
  passerby users password admin --data {data}
To list all keys and webhook paths: `passerby keys list --data {data}`."""
