"""Lines to paste: documented calls of each dialect with real keys, about one made-up customer on one phone.

They belong together: sent in this order, the anonymous phone becomes the customer, whose profile then shows them all.
"""

from __future__ import annotations

from typing import NamedTuple

from passerby.accounts.bootstrap import FirstKeys
from passerby.dialects import registry
from passerby.dialects.common.languages import shell
from passerby.dialects.samples import CUSTOMER, Keys


class Line(NamedTuple):
    """A line to paste, and what it does."""

    title: str
    line: str


def calls(url: str, keys: Keys) -> list[Line]:
    """Return the examples of every dialect for whose calls these keys suffice."""
    return [
        Line(f"{dialect.title}: {title}", shell(url, call))
        for dialect in registry.ALL
        if keys.keys() >= set(dialect.samples.kinds)
        for title, call in dialect.samples.walkthrough(keys)
    ]


def of_fresh(url: str, console_url: str, keys: FirstKeys) -> list[Line]:
    """Everything to try, when all keys are at hand, and the profile that it makes."""
    return [*calls(url, keys.keys), reading(console_url, keys.api_token)]


def reading(console_url: str, token: str) -> Line:
    """Reading the customer's profile, once everything that was answered before is in it."""
    query = f"namespace=user_id&value={CUSTOMER}&wait=5"
    return get("The profile that all of this made", f"{console_url}/v1/profiles?{query}", token)


def get(title: str, url: str, token: str) -> Line:
    """A call of the management API; `token` may be a shell variable."""
    return Line(title, f"curl -sS '{url}' \\\n  -H \"Authorization: Bearer {token}\"")


def written(examples: list[Line]) -> str:
    """The examples as text: each line under its title, ready for a shell."""
    return "\n\n".join(f"# {example.title}\n{example.line}" for example in examples)
