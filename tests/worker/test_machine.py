"""State machine test: the product against the reference model, for arbitrary messages.

For any batch boundaries, worker crashes and undos, both have the same state after
every step, and what must hold always does.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

import pytest
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from tests.worker.comparison import (
    DEFAULT_LIMITS,
    PROJECTS,
    TIGHT_LIMITS,
    Comparison,
    LimitSet,
    sqlite_engine,
    temporary_folder,
)
from tests.worker.strategies import HINTS, MESSAGE, Draft

from passerby.engines import StateEngine
from passerby.messages import Identifier

EXAMPLES: Final = 500
STEPS: Final = 50
VERBS: Final = 20
"""About as many calls as a batch makes to the state, or a few more."""
PLACE: Final = st.integers(0, 30)
"""Selects one of any number."""


class Machine(RuleBasedStateMachine):
    """A log, a worker and two projects, compared with the model."""

    def __init__(self) -> None:
        super().__init__()
        self.resources = ExitStack()
        self.visitors = 0

    @initialize(limit_set=st.sampled_from([DEFAULT_LIMITS, DEFAULT_LIMITS, TIGHT_LIMITS]))
    def open(self, limit_set: LimitSet) -> None:
        folder = self.resources.enter_context(temporary_folder())
        self.comparison = self.resources.enter_context(closing(Comparison(self.make_engine(folder), limit_set)))

    def make_engine(self, folder: Path) -> StateEngine:
        """Where the worker's state is: another engine's tests have another."""
        return sqlite_engine(folder / "state.db")

    @rule(draft=MESSAGE)
    def append(self, draft: Draft) -> None:
        note(self.comparison.append(*draft.names, **draft.fields))

    @rule(hint=st.sampled_from(HINTS), project=st.sampled_from(PROJECTS))
    def reset(self, hint: Identifier, project: int) -> None:
        """Log out: the device continues with a new visitor id."""
        self.visitors += 1
        self.comparison.append(Identifier("anonymous_id", f"visitor-{self.visitors}"), hint, project=project)

    @rule(draft=MESSAGE, messages=st.integers(1, 6), again=st.sampled_from([0, 0, 3]))
    def append_and_apply(self, draft: Draft, messages: int, again: int) -> None:
        """Append a message, then apply the next ones, sometimes with a few that were applied before."""
        self.append(draft)
        self.comparison.apply(messages, again=again)
        self.comparison.check()

    @rule(draft=MESSAGE, messages=st.integers(1, 6), fuse=st.integers(0, VERBS), restart=st.booleans())
    def append_and_interrupt(self, draft: Draft, messages: int, fuse: int, *, restart: bool) -> None:
        """Append a message, and stop the worker somewhere within the next messages."""
        self.append(draft)
        self.comparison.apply(messages, fuse=fuse, restart=restart)
        self.comparison.check()

    @rule(project=st.sampled_from(PROJECTS), from_the_end=st.integers(0, 5))
    def undo(self, project: int, from_the_end: int) -> None:
        merges = len(self.comparison.models[project].merges)
        if merges > from_the_end:
            self.comparison.undo(project, merges - 1 - from_the_end)
            self.comparison.check()

    @rule(project=st.sampled_from(PROJECTS), one=PLACE, other=PLACE, force=st.booleans())
    def merge_manually(self, project: int, one: int, other: int, *, force: bool) -> None:
        people = len(self.comparison.models[project].people)
        if people:
            self.comparison.merge_manually(project, one % people, other % people, force=force)
            self.comparison.check()

    @rule(project=st.sampled_from(PROJECTS), which=PLACE)
    def detach(self, project: int, which: int) -> None:
        """Detach some identifier from its owner."""
        model = self.comparison.models[project]
        held = [(number, name) for number, person in enumerate(model.people) for name in sorted(person.names)]
        if held:
            self.comparison.detach(project, *held[which % len(held)])
            self.comparison.check()

    @rule(project=st.sampled_from(PROJECTS), which=PLACE)
    def undo_detachment(self, project: int, which: int) -> None:
        detachments = len(self.comparison.models[project].detachments)
        if detachments:
            self.comparison.undo_detachment(project, which % detachments)
            self.comparison.check()

    @rule(draft=MESSAGE)
    def merge_and_undo(self, draft: Draft) -> None:
        """After a message and the undo of its merges, the profiles are as before."""
        self.comparison.apply()
        project = draft.fields["project"]
        model = self.comparison.models[project]
        before, merges = self.comparison.observer.view(project), len(model.merges)
        self.append(draft)
        self.comparison.apply()
        for number in reversed(range(merges, len(model.merges))):
            assert self.comparison.undo(project, number)
        self.comparison.check()
        after, known = self.comparison.observer.view(project), set().union(*(person.names for person in before.people))
        last = self.comparison.log[-1]
        for number in {merge.loser for merge in after.merges[merges:]}:
            then, now = before.people[number], after.people[number]
            changed = [trait for trait, (_, position, _) in now.traits.items() if position == last.position]
            kept = {trait: value for trait, value in now.traits.items() if trait not in changed}
            replaced = {trait: value for trait, value in then.traits.items() if trait in changed}
            now = now._replace(  # less what the message itself brought, where it named the loser
                names=now.names & known,
                stage=then.stage,
                events=[event for event in now.events if event != last.message.id],
                traits=kept | replaced,
            )
            assert now == then

    def teardown(self) -> None:
        if hasattr(self, "comparison"):
            self.comparison.apply()
            self.comparison.check_all()
        self.resources.close()


@pytest.mark.hypothesis
@pytest.mark.timeout(0)
def test_the_worker_agrees_with_the_model() -> None:
    tries = settings(max_examples=max(EXAMPLES, settings().max_examples), stateful_step_count=STEPS)
    run_state_machine_as_test(Machine, settings=tries)
