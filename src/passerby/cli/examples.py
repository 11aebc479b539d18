"""Example requests as shell commands: documented calls of each dialect with real keys, for one fictional customer.

The order matters: the first calls are anonymous, a later one identifies the user, and the profile holds all of them.
"""

from __future__ import annotations

from typing import NamedTuple

from passerby.accounts.bootstrap import FirstKeys
from passerby.dialects import registry
from passerby.dialects.common.languages import shell
from passerby.dialects.samples import CUSTOMER, Keys


class Line(NamedTuple):
    """A shell command and its title."""

    title: str
    line: str


def calls(url: str, keys: Keys) -> list[Line]:
    """Return the examples of every dialect for which all keys are given."""
    return [
        Line(f"{dialect.title}: {title}", shell(url, call))
        for dialect in registry.ALL
        if keys.keys() >= set(dialect.samples.kinds)
        for title, call in dialect.samples.walkthrough(keys)
    ]


def of_fresh(url: str, console_url: str, keys: FirstKeys) -> list[Line]:
    """Return the examples of all dialects, followed by a request that reads the resulting profile."""
    return [*calls(url, keys.keys), reading(console_url, keys.api_token)]


def reading(console_url: str, token: str) -> Line:
    """Return the request that reads the customer's profile; `wait` includes everything accepted before."""
    query = f"namespace=user_id&value={CUSTOMER}&wait=5"
    return get("Read the resulting profile", f"{console_url}/v1/profiles?{query}", token)


def get(title: str, url: str, token: str) -> Line:
    """Return a GET request to the management API. `token` may be a shell variable."""
    return Line(title, f"curl -sS '{url}' \\\n  -H \"Authorization: Bearer {token}\"")


def written(examples: list[Line]) -> str:
    """Return the examples as text for a shell, each title as a comment."""
    return "\n\n".join(f"# {example.title}\n{example.line}" for example in examples)
