"""A destination as it is used for delivery: its configuration compiled, and what it makes of an item. Pure.

Types and sources select items. Everything else is judged at each attempt, so that a changed filter and a withdrawn
consent hold for retries, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from passerby.clock import iso
from passerby.delivery.destinations.items import Item
from passerby.destinations import envelope as envelopes
from passerby.destinations import registry
from passerby.destinations.conditions import Condition, compile_condition
from passerby.destinations.configuration import configure, secret_texts
from passerby.destinations.envelope import Envelope, EventData, EventEnvelope, ProfileData, ProfileEnvelope
from passerby.destinations.kind import Kind, Limits, Payload, Skipped
from passerby.destinations.mapping import MappingFailed, Template, compile_template
from passerby.destinations.records import Destination, ItemType
from passerby.destinations.signatures import signer, valid
from passerby.destinations.verdicts import Request
from passerby.outbox.records import Merged, Unmerged
from passerby.profiles.view import Profile


class Excluded(NamedTuple):
    """An item that is not sent. `reason` is snake_case and counted."""

    step: Literal["filtered", "withheld", "dead"]
    reason: str
    excerpt: str = ""


class Attempt(NamedTuple):
    """An item, its envelope, and what a request says of it."""

    item: Item
    envelope: Envelope
    payloads: Sequence[Payload]


class Target:
    """A compiled destination. Use it in any thread."""

    def __init__(self, destination: Destination, project: str) -> None:
        """`project` is the name of its project. Raises InvalidConfig, InvalidTemplate, InvalidCondition."""
        self.destination: Final = destination
        self.kind: Final[Kind] = registry.NAMED[destination.kind]
        members = {**destination.config, **destination.secrets}
        self._config: Final = configure(self.kind, members, destination.batch)
        self.limits: Final[Limits] = self.kind.limits(self._config).within(destination.batch)
        self.ordered: Final = destination.ordering == "person"
        self.secrets: Final = secret_texts(destination.secrets)
        self._project = project
        self._types = frozenset(destination.types)
        self._sources = frozenset(destination.sources)
        self._condition: Condition | None = None if destination.when is None else compile_condition(destination.when)
        self._template = None if destination.map is None else compile_template(destination.map)
        self._default_templates: dict[tuple[ItemType, str | None], Template | None] = {}

    def selects(self, item: Item) -> bool:
        """Return whether an item is one for this destination."""
        return (
            item.type in self._types
            and item.project == self.destination.project
            and (not self._sources or item.event is None or item.event.dialect in self._sources)
        )

    def attempt(self, item: Item, profile: Profile | None, now: int, *, historical: bool = False) -> Attempt | Excluded:
        """Return what is to be sent of an item now (ms). `profile` is the canonical one, None for an erased one."""
        if profile is None and item.type != "profile.erased":
            # The outbox has an erased person's items until they are pruned; they must not leave any more.
            return Excluded("filtered", "erased")
        limit = self.limits.max_age_ms
        occurred = item.at if item.event is None else item.event.time
        if limit is not None and now - occurred > limit:
            return Excluded("withheld", "too_old")
        envelope = self.envelope(item, profile, now, historical=historical)
        if self._condition is not None and not self._condition.matches(envelope, now):
            return Excluded("filtered", "when")
        try:
            mapped = self._mapped(item, envelope)
        except MappingFailed as failed:
            return Excluded("dead", "mapping_failed", str(failed))
        if mapped is None:
            return Excluded("filtered", "not_mapped")
        prepared = self.kind.prepare(self._config, envelope, mapped, now)
        if isinstance(prepared, Skipped):
            return Excluded("filtered", prepared.reason)
        payloads = prepared if isinstance(prepared, list) else [prepared]
        if any(size_of(payload) > self.limits.max_item_bytes for payload in payloads):
            return Excluded("dead", "too_large")
        return Attempt(item, envelope, payloads)

    def envelope(self, item: Item, profile: Profile | None, now: int, *, historical: bool = False) -> Envelope:
        """Return the envelope of an item at this time (ms)."""
        known = None if profile is None else envelopes.profile_of(profile)
        profile_at = None if profile is None else iso(now)
        if item.event is not None:
            event = EventEnvelope(
                type="event",
                id=envelopes.event_id(item.position),
                timestamp=iso(item.event.time),
                project=self._project,
                historical=historical,
                data=EventData(event=envelopes.event_of(item.event), profile=known, profile_at=profile_at),
            )
            return envelopes.as_json(event)
        merges = [change for change in item.changes if isinstance(change, Merged | Unmerged)]
        merge = None
        if merges:
            merge = envelopes.EnvelopeMerge(id=merges[0].merge_id, winner=merges[0].winner, loser=merges[0].profile)
        changes = ProfileEnvelope(
            type=item.type,  # type: ignore[arg-type]  # items without an event have the types of profiles
            id=envelopes.profile_change_id(item.position, item.profile),
            timestamp=iso(item.at),
            project=self._project,
            historical=historical,
            data=ProfileData(
                profile_id=item.profile,
                profile=known,
                profile_at=profile_at,
                changes=[_shown(change) for change in item.changes],
                merge=merge,
            ),
        )
        return envelopes.as_json(changes)

    def request(self, attempts: Sequence[Attempt], payloads: Sequence[Payload], now: int) -> Request:
        """Return the request for payloads of one route, which belong to these attempts."""
        id_ = envelopes.request_id(attempt.envelope["id"] for attempt in attempts)
        secrets = [each.secret for each in valid(self.destination.signing_secrets, now)]
        return self.kind.request(self._config, payloads, now, id_, signer(secrets))

    def test(self, request: Request) -> Request:
        """Return a request that the target only validates, if it has such a way."""
        return self.kind.test(self._config, request)

    def judge(self, response: Any, payloads: Sequence[Payload]) -> Any:
        """Return the verdict of the kind."""
        return self.kind.judge(self._config, response, payloads)

    def _mapped(self, item: Item, envelope: Envelope) -> Any:
        if self._template is not None:
            return self._template.apply(envelope)
        if self.kind.template is None:
            return envelope
        standard = item.event.semantic.name if item.event and item.event.semantic else None
        key = (item.type, standard)
        if key not in self._default_templates:
            template = self.kind.template_for(item.type, standard)
            self._default_templates[key] = None if template is None else compile_template(template)
        template = self._default_templates[key]
        return None if template is None else template.apply(envelope)


def size_of(payload: Payload) -> int:
    """Return the bytes of a payload."""
    return len(payload.body) if isinstance(payload.body, bytes) else len(msgspec.json.encode(payload.body))


def _shown(change: Any) -> dict[str, Any]:
    """Return a change as the change feed has it, without what the envelope says already."""
    members: dict[str, Any] = msgspec.to_builtins(change)
    return {name: value for name, value in members.items() if name not in {"project", "position"}}
