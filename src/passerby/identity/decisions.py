"""What the resolver says: one decision for each thing that changed, or that a rule kept from changing."""

from __future__ import annotations

from typing import Literal, NamedTuple

from passerby.messages import Identifier

DecisionKind = Literal["created", "attached", "merged", "reassigned", "conflict", "limited", "blocked", "undone"]


class Decision(NamedTuple):
    """One entry of the history.

    - `created`: profile `to` was made.
    - `attached`: `identifier`, unknown before, now belongs to `to`.
    - `merged`: profile `from_` was absorbed by `to`, because `identifier` reached it and `by` named `to`.
    - `reassigned`: `identifier` moved from `from_` to `to`; what it did before stays behind.
    - `conflict`: `identifier` reached `from_`, which must not become one with `to`; it stays where it is.
    - `limited`: `identifier` was not added to `to` (or what it reached, `from_`, not merged): a limit is reached.
    - `blocked`: `identifier`, as it was sent, is no name of anybody.
    - `undone`: a merge of `from_` into `to` was taken back.

    `reason` is the rule in a few words.
    """

    kind: DecisionKind
    message_id: str
    identifier: Identifier | None
    from_: str | None
    to: str | None
    reason: str
    merge_id: str | None = None
    by: Identifier | None = None
