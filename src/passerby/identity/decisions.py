"""Identity decisions as data: one record for each change of identity, and each change that a rule prevented.

A record holds codes, identifiers and numbers, never a sentence: `passerby.presenters.decisions` makes the sentences.
Codes are stored: add new ones, and never rename or reuse one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

import msgspec

from passerby.messages import Identifier

DecisionKind = Literal["created", "attached", "merged", "reassigned", "conflict", "limited", "blocked", "undone"]

Rule = Literal["R1", "R2", "R3a", "R3b", "hint", "alias", "limit", "block_list", "manual", "undo"]
"""The rule behind a decision (`docs/explanation/identity.md`).

- `R1`: a message without a known identifier creates a profile.
- `R2`: identifiers of one message belong to one profile.
- `R3a`: profiles with different customer ids do not merge.
- `R3b`: weak evidence alone does not merge profiles with contacts in the same namespace.
- `hint`: a message with a user identifier absorbs the anonymous profiles that are linked to its hint.
- `alias`: a previous id, or a device identifier of the same value.
- `limit`: a profile, or a hint, holds as much as the identity policy allows.
- `block_list`: the value identifies no user.
- `manual`: an actor other than the worker merged profiles or detached an identifier.
- `undo`: a merge or a detachment was undone, or an earlier undo prevents a merge.
"""

ActorKind = Literal["worker", "api_token", "console_user", "command_line", "unknown"]


class Actor(msgspec.Struct, frozen=True, gc=False):
    """Who or what made a decision. `name` is the console user's name or the API token's label, may be empty."""

    kind: ActorKind
    name: str = ""

    @property
    def label(self) -> str:
        """Name the actor as the audit log does, for example "console user anna"; a token by its label alone."""
        return self.name if self.kind == "api_token" and self.name else f"{_LABELS[self.kind]}{self.name}"


_LABELS: Final[Mapping[ActorKind, str]] = {
    "worker": "the worker",
    "api_token": "a token without a label",
    "console_user": "console user ",
    "command_line": "the command line",
    "unknown": "an unknown actor",
}


WORKER: Final = Actor("worker")
COMMAND_LINE: Final = Actor("command_line")
UNKNOWN_ACTOR: Final = Actor("unknown")
"""The actor of a decision from before actors were recorded."""


class DecisionDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a rule adds to a decision. A field that does not apply, or was not recorded, has its default.

    - `namespace`: what a `limit` counts (`members`: merged profiles).
    - `limit`: how many were allowed at the time of the decision.
    - `limited`: what a `limit` prevented: an `identifier` on a profile, a `merge`, or the link of a `hint`.
    - `overridden`: the rule that a forced manual merge overrode.
    - `comment`: what the actor entered as the reason.
    """

    namespace: str = ""
    limit: int | None = None
    limited: Literal["identifier", "merge", "hint"] | None = None
    overridden: Literal["R3a", "R3b"] | None = None
    comment: str = ""


NO_DETAIL: Final = DecisionDetail()


class Decision(NamedTuple):
    """One entry of the identity history.

    - `created`: profile `to` was created.
    - `attached`: `identifier`, unknown before, is now at home in `to`, a member of the named profile.
    - `merged`: profile `from_` was absorbed by `to`, because `identifier` reached it and `by` named `to`.
    - `reassigned`: `identifier` moved from `from_` to its new home `to`; its earlier events stay where they are.
    - `conflict`: `identifier` reached `from_`, which must not merge with `to`; the identifier stays where it is.
    - `limited`: `identifier` was not added to `to` (or `from_`, which it reached, not merged): a limit is reached.
    - `blocked`: `identifier`, as it was sent, is on the block list.
    - `undone`: the merge of `from_` into `to` was undone.
    """

    kind: DecisionKind
    message_id: str
    identifier: Identifier | None
    from_: str | None
    to: str | None
    rule: Rule
    merge_id: str | None = None
    by: Identifier | None = None
    detail: DecisionDetail = NO_DETAIL
    actor: Actor = WORKER
