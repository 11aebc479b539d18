"""Change records of one project's part of a batch, for the outbox: identity decisions, then stages, then traits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from passerby.identity.resolver import Resolver
from passerby.identity.stage import Stage
from passerby.outbox.records import Change, StageChanged, TraitsChanged, of_decision
from passerby.positions import Position
from passerby.profiles.traits import Versioned
from passerby.state.protocol import Arrival


def records(
    project: int,
    resolver: Resolver,
    arrivals: Mapping[str, Arrival],
    traits: Mapping[str, Mapping[str, Versioned]],
) -> Iterator[Change]:
    """Yield the changes of a batch: decisions in order, then the resulting changes of stages and traits.

    `arrivals` has every message that a decision names. `traits` has the newest values by profile and name.
    """
    canonical = resolver.canonical
    position = Position(0)
    for decision in resolver.decisions:
        profile = decision.from_ if decision.kind == "merged" else decision.to
        position = arrivals[decision.message_id].position
        change = of_decision(project, position, decision, canonical(profile or ""))
        if change is not None:
            yield change
    states = resolver.known.states
    for profile, before in resolver.changed.items():
        if canonical(profile) != profile:  # merged in this batch: only canonical profiles have a stage
            continue
        stage, was = states[profile].stage, before or Stage.ANONYMOUS
        if stage != was:
            yield StageChanged(project=project, position=position, profile=profile, from_=was.label, to=stage.label)
    for profile, held in traits.items():
        if held:
            owner = canonical(profile)
            yield TraitsChanged(
                project=project,
                position=max(newest.position for newest in held.values()),
                profile=profile,
                canonical="" if owner == profile else owner,
                names=tuple(held),
            )
