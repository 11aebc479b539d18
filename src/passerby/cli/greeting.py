"""What `passerby serve` tells a person who starts it: where it listens, and what to paste."""

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

LAST_LINE = "It serves until Ctrl-C."
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared with, not listened on


def url(host: str, port: int) -> str:
    """Where to reach what listens on this address from this machine."""
    reachable = _EVERYWHERE.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{reachable}:{port}"


def places(serving: Serving) -> str:
    """Where it listens."""
    console = url(serving.console_host, serving.console_port)
    return "\n".join(
        [
            f"Ingest port         {url(serving.host, serving.port)}",
            f"Console and API     {console}",
            f"API description     {console}/openapi.json",
        ]
    )


def fresh(serving: Serving, keys: FirstKeys) -> str:
    """The greeting over a data folder that was made just now: every call with its real keys."""
    calls = examples.of_fresh(url(serving.host, serving.port), url(serving.console_host, serving.console_port), keys)
    return f"{places(serving)}\n\nTo try it, paste these:\n\n{examples.written(calls)}\n\n{LAST_LINE}"


def again(serving: Serving, keys: Sequence[Key], data: Path, *, credentials_in: Path | None = None) -> str:
    """Return the greeting for a data folder whose secrets are not printed: calls that need public keys only.

    `credentials_in` is the file to which this start wrote the first credentials, None where it wrote none.
    """
    public = {
        key.kind: key.value
        for key in reversed(keys)
        if key.value and key.revoked_at is None and not kind_named(key.kind).guarded
    }
    calls = examples.calls(url(serving.host, serving.port), public)
    tried = f"To try it, paste these:\n\n{examples.written(calls)}\n\n" if calls else ""
    secrets = _SECRETS_IN_FILE.format(file=credentials_in) if credentials_in else _SECRETS_SHOWN
    kinds = [API_TOKEN, *(kind for dialect in _SECRETIVE for kind in dialect.samples.kinds if KINDS[kind].secret)]
    folder = shlex.quote(str(data))
    commands = "\n".join(f"  passerby keys add {kind} --data {folder}" for kind in kinds)
    commands = f"{commands}\n{_COMMANDS.format(data=folder)}"
    return f"{places(serving)}\n\n{tried}{secrets}\n{commands}\n\n{LAST_LINE}"


_SECRETIVE = [dialect for dialect in registry.ALL if any(KINDS[kind].secret for kind in dialect.samples.kinds)]
"""The dialects whose calls above need a secret."""
_SECRETS_SHOWN = f"""\
Secrets were shown when they were created and cannot be shown again. To create new ones, for reading profiles or calling
{", ".join(dialect.title for dialect in _SECRETIVE)}:"""
_SECRETS_IN_FILE = """\
The console's password and all secrets are in {file}. To create more of them later:"""
_COMMANDS = """\
  passerby users password admin --data {data}
`passerby keys list --data {data}` lists all keys, with the paths of webhooks."""
