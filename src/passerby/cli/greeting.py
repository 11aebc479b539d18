"""The startup message of `passerby serve`: addresses and example requests."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from passerby.accounts.bootstrap import FirstKeys
from passerby.accounts.keys import API_TOKEN, KINDS, kind_named
from passerby.accounts.records import Key
from passerby.cli import examples
from passerby.dialects import registry
from passerby.storage.locks import Serving

LAST_LINE = "Running. Press Ctrl-C to stop."
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared with, not listened on


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
