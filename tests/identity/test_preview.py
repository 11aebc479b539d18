"""Previews of messages."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st
from tests.identity.resolver_harness import ResolverHarness, device, email, limited, mobile, user, visitor

from passerby.identity.cleaning import collect_evidence
from passerby.identity.namespaces import DEFAULT_POLICY, Policy
from passerby.identity.preview import Preview, plain_target, preview
from passerby.messages import Identifier

NAMES = [user("u1"), user("u2"), email("a@x.io"), email("b@x.io"), mobile("m1"), visitor("v1"), device("d1")]
ALIASES = [Identifier("previous_id", "v1"), Identifier("previous_id", "u1")]


def preview_of(
    harness: ResolverHarness, *identifiers: Identifier, is_event: bool = False, policy: Policy = DEFAULT_POLICY
) -> Preview:
    known = deepcopy(harness.resolver.known)
    # As the state loads it: merged members with their canonical profiles.
    known.merged = {member: harness.canonical(member) for member in known.merged}
    known.links = {hint: dict.fromkeys(map(harness.canonical, waiting)) for hint, waiting in known.links.items()}
    evidence = collect_evidence(identifiers, policy)
    return preview(known, evidence, is_event=is_event, policy=policy)


def test_a_known_target_is_named() -> None:
    harness = ResolverHarness()
    profile = harness.identify(user("u1"))
    result = preview_of(harness, user("u1"), mobile("m1"))
    assert (result.target, result.created) == (profile, False)
    assert [(d.kind, d.identifier, d.to) for d in result.decisions] == [("attached", mobile("m1"), profile)]


def test_a_profile_that_would_be_made_has_no_name() -> None:
    result = preview_of(ResolverHarness(), user("u1"))
    assert (result.target, result.created) == (None, True)
    assert [(d.kind, d.from_, d.to) for d in result.decisions] == [("created", None, None), ("attached", None, None)]


def test_a_preview_names_the_existing_profile_that_would_be_absorbed() -> None:
    harness = ResolverHarness()
    waiting = harness.track(visitor("v1"), device("d1"))
    result = preview_of(harness, user("u1"), device("d1"))
    assert [(d.kind, d.from_, d.to) for d in result.decisions][-1] == ("merged", waiting, None)


def test_a_preview_uses_the_projects_own_policy() -> None:
    assert [
        d.kind for d in preview_of(ResolverHarness(), user("u1"), mobile("m1"), policy=limited(device=0)).decisions
    ] == [
        "created",
        "attached",
        "limited",
    ]


def test_previewed_decisions_have_no_message_id() -> None:
    assert {decision.message_id for decision in preview_of(ResolverHarness(), user("u1")).decisions} == {""}


def test_a_message_without_usable_identifiers_has_no_effect_unless_it_is_an_event() -> None:
    assert preview_of(ResolverHarness()) == Preview(None, created=False, decisions=[])
    assert preview_of(ResolverHarness(), is_event=True).created


@given(
    st.lists(st.lists(st.sampled_from(NAMES + ALIASES), max_size=3), max_size=6),
    st.lists(st.sampled_from(NAMES + ALIASES), max_size=4),
)
def test_a_preview_matches_the_effect_of_the_message(before: list[list[Identifier]], message: list[Identifier]) -> None:
    harness = ResolverHarness()
    for identifiers in before:
        harness.track(*identifiers)
    harness.new_decisions()
    result = preview_of(harness, *message, is_event=True)
    made = len(harness.resolver.created)
    target = harness.track(*message)
    assert result.created is (len(harness.resolver.created) > made)
    assert result.target == (None if result.created else target)
    assert [d.kind for d in result.decisions] == harness.kinds()


@given(st.lists(st.lists(st.sampled_from(NAMES), max_size=3), max_size=8), st.lists(st.sampled_from(NAMES), max_size=3))
def test_what_is_plain_is_what_the_resolver_says(before: list[list[Identifier]], message: list[Identifier]) -> None:
    harness = ResolverHarness()
    for identifiers in before:
        harness.track(*identifiers)
    owners = {identifier: harness.canonical(owner) for identifier, owner in harness.resolver.known.homes.items()}
    plain = plain_target(owners, collect_evidence(message, DEFAULT_POLICY))
    result = preview_of(harness, *message)
    assert plain in {None, result.target}
    assert plain is None or not {decision.kind for decision in result.decisions} & {"created", "merged", "conflict"}


def test_an_unknown_user_identifier_is_not_a_plain_lookup() -> None:
    assert plain_target({mobile("m1"): "p"}, collect_evidence([mobile("m1"), email("a@x.io")], DEFAULT_POLICY)) is None
    assert plain_target({mobile("m1"): "p"}, collect_evidence([mobile("m1"), visitor("v1")], DEFAULT_POLICY)) == "p"
