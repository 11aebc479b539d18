"""The catalogue: what it records and rejects, independent of batches."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalogue.memory_store import MemoryStore, Observed, check

from passerby.catalogue.catalogue import Catalogue
from passerby.catalogue.changes import AttributeRow, EventRow
from passerby.catalogue.rules import DEFAULT_LIMITS, Limits
from passerby.messages import RejectionDetail, Violation

LONG_NAME = "n" * 50


def kinds(violations: Any) -> list[str]:
    return [violation.kind for violation in violations]


def test_an_event_within_the_rules_passes_as_it_is() -> None:
    properties = {"sku": "A-1", "price": 12.5, "new": True, "tags": ["a"], "size": {"w": 1}, "gone": None}
    [verdict] = MemoryStore().run(Catalogue(), [Observed("Paid", properties)])
    assert verdict.accepted is properties
    assert (verdict.ignored, list(verdict.rejected), list(verdict.violations)) == (False, [], [])


def test_events_and_attributes_are_counted_with_their_first_and_last_time() -> None:
    store = MemoryStore()
    observed = [
        Observed("Paid", {"price": 1}, time=20),
        Observed("Paid", {"price": 2}, time=10),
        Observed("Paid", {}, time=30),
    ]
    store.run(Catalogue(), observed)
    assert list(store.events.values()) == [EventRow(1, "Paid", 10, 30, 3)]
    assert list(store.attributes.values()) == [AttributeRow(1, "Paid", "price", "number", 10, 20, 2, enforced=True)]


def test_the_first_value_fixes_the_type() -> None:
    [_, verdict] = MemoryStore().run(
        Catalogue(),
        [Observed("Rated", {"stars": 4, "note": "fine"}), Observed("Rated", {"stars": "five", "note": "better"})],
    )
    assert verdict.accepted == {"note": "better"}
    [rejected] = verdict.rejected
    assert (rejected.name, rejected.value) == ("stars", "five")
    assert (rejected.kind, rejected.detail) == ("type_mismatch", RejectionDetail(expected="number", got="string"))
    assert list(verdict.violations) == [Violation("type_mismatch", "Rated", "stars", "five")]


def test_the_first_value_fixes_the_type_also_for_later_workers() -> None:
    store = MemoryStore()
    store.run(Catalogue(), [Observed("Rated", {"stars": 4})])
    [verdict] = store.run(Catalogue(), [Observed("Rated", {"stars": True})])
    assert verdict.accepted == {}


def test_a_refused_value_is_not_counted_as_seen() -> None:
    store = MemoryStore()
    store.run(Catalogue(), [Observed("Rated", {"stars": 4}), Observed("Rated", {"stars": "five"}, time=9)])
    assert [row.added for row in store.attributes.values()] == [1]


def test_one_name_may_have_different_types_in_different_events_and_projects() -> None:
    store = MemoryStore()
    observed = [
        Observed("A", {"x": 1}),
        Observed("B", {"x": "1"}),
        Observed("A", {"x": True}, project=2),
        Observed("", {"x": []}),
    ]
    verdicts = store.run(Catalogue(), observed)
    assert not any(verdict.rejected for verdict in verdicts)
    assert [store.types("A"), store.types("B"), store.types("A", 2)] == [
        {"x": "number"},
        {"x": "string"},
        {"x": "boolean"},
    ]


def test_a_date_and_another_string_are_two_types() -> None:
    moment = "2018-09-15T18:29:00-0800"
    verdicts = MemoryStore().run(
        Catalogue(), [Observed("A", {"at": moment, "on": "soon"}), Observed("A", {"at": "soon", "on": moment})]
    )
    assert {rejected.name for rejected in verdicts[1].rejected} == {"at", "on"}


def test_null_fixes_no_type_and_always_passes() -> None:
    store = MemoryStore()
    verdicts = store.run(Catalogue(), [Observed("A", {"x": None}), Observed("A", {"x": 1}), Observed("A", {"x": None})])
    assert [verdict.accepted for verdict in verdicts] == [{"x": None}, {"x": 1}, {"x": None}]
    assert [(row.type, row.added) for row in store.attributes.values()] == [("number", 1)]


def test_a_string_that_is_too_long_is_refused_whether_known_or_not() -> None:
    verdicts = MemoryStore().run(
        Catalogue(),
        [Observed("A", {"x": "x" * 1000}), Observed("A", {"x": "x" * 999}), Observed("A", {"x": "x" * 1000})],
    )
    assert [len(verdict.rejected) for verdict in verdicts] == [1, 0, 1]


def test_the_26th_attribute_of_a_type_is_refused_and_those_of_other_types_are_not() -> None:
    catalogue, store = Catalogue(), MemoryStore()
    store.run(catalogue, [Observed("A", {f"a{i}": i for i in range(25)})])
    [verdict] = store.run(catalogue, [Observed("A", {"a0": 1, "a25": 1, "b": "text"})])
    assert verdict.accepted == {"a0": 1, "b": "text"}
    assert [(rejected.kind, rejected.detail) for rejected in verdict.rejected] == [
        ("too_many_attributes", RejectionDetail(got="number", limit=25))
    ]


def test_the_limit_of_attributes_holds_for_later_workers() -> None:
    store = MemoryStore()
    store.run(Catalogue(), [Observed("A", {f"a{i}": i for i in range(25)})])
    [verdict] = store.run(Catalogue(), [Observed("A", {"a25": 1})])
    assert kinds(verdict.violations) == ["too_many_attributes"]


def test_a_reserved_event_is_ignored_and_counted() -> None:
    store = MemoryStore()
    [verdict] = store.run(Catalogue(), [Observed("we_secret", {"x": 1})])
    assert verdict.ignored
    assert list(verdict.violations) == [Violation("reserved_name", "we_secret")]
    assert not store.events


def test_a_reserved_attribute_is_kept_apart() -> None:
    [verdict] = MemoryStore().run(Catalogue(), [Observed("Fine", {"we_x": 1, "y": 2})])
    assert verdict.accepted == {"y": 2}
    assert [(rejected.name, rejected.kind) for rejected in verdict.rejected] == [("we_x", "reserved_name")]


@pytest.mark.parametrize("name,kind", [("n" * 201, "name_too_long"), ("", "name_missing")])
def test_an_event_that_cannot_be_catalogued_is_kept_and_counted(name: str, kind: str) -> None:
    catalogue = Catalogue()
    verdict = catalogue.check_event(1, name, {"x": 1, "we_x": 1}, 1, enforce=True)
    assert not verdict.ignored
    assert verdict.accepted == {"x": 1}
    assert kinds(verdict.violations) == [kind, "reserved_name"]
    assert catalogue.drain() == ([], [])


def test_names_that_cannot_be_catalogued_need_no_loading_and_loading_them_changes_nothing() -> None:
    catalogue = Catalogue()
    assert sorted(catalogue.needs(1, ["n" * 201, "Paid", "Paid", ""])) == ["", "Paid"]
    catalogue.load(1, "n" * 201, {}, exists=False)
    assert kinds(catalogue.check_event(1, "n" * 201, {}, 1).violations) == ["name_too_long"]


def test_what_is_loaded_need_not_be_loaded_again_until_forgotten() -> None:
    catalogue, store = Catalogue(), MemoryStore()
    store.run(catalogue, [Observed("Paid", {})])
    assert (catalogue.needs(1, ["Paid"]), catalogue.needs_size(1)) == ([], False)
    catalogue.forget()
    assert (catalogue.needs(1, ["Paid"]), catalogue.needs_size(1)) == (["Paid"], True)


def test_an_event_that_was_not_loaded_is_a_mistake_that_shows() -> None:
    with pytest.raises(KeyError, match="Paid"):
        Catalogue().check_event(1, "Paid", {}, 1)


def test_what_a_failed_batch_learned_is_forgotten() -> None:
    catalogue, store = Catalogue(), MemoryStore()
    store.load(catalogue, 1, ["Rated"])
    check(catalogue, Observed("Rated", {"stars": "five"}))
    catalogue.forget()
    store.run(catalogue, [Observed("Rated", {"stars": 4})])
    assert store.types("Rated") == {"stars": "number"}
    assert [row.added for row in store.events.values()] == [1]


def test_event_names_beyond_the_limit_are_kept_and_counted_but_not_catalogued() -> None:
    catalogue = Catalogue()
    catalogue.load_size(1, DEFAULT_LIMITS.event_names - 1)
    for name, exists in [("last", False), ("one too many", False), ("known", True)]:
        catalogue.load(1, name, {}, exists=exists)
    verdicts = [catalogue.check_event(1, name, {"x": 1}, 1) for name in ["last", "one too many", "known", "last"]]
    assert [kinds(verdict.violations) for verdict in verdicts] == [[], ["catalogue_full"], [], []]
    assert all(verdict.accepted == {"x": 1} for verdict in verdicts)
    assert [row.name for row in catalogue.drain().events] == ["last", "known"]


def test_traits_have_no_limit_by_type_but_one_for_all() -> None:
    catalogue, store = Catalogue(), MemoryStore()
    [verdict] = store.run(catalogue, [Observed("", {f"t{i}": i for i in range(DEFAULT_LIMITS.traits)})])
    assert not verdict.violations
    [verdict] = store.run(catalogue, [Observed("", {"t0": 1, "more": 1})])
    assert verdict.accepted == {"t0": 1, "more": 1}
    assert [(v.kind, v.subject, v.attribute) for v in verdict.violations] == [("catalogue_full", "", "more")]
    assert len(store.attributes) == DEFAULT_LIMITS.traits


def test_traits_are_no_event() -> None:
    store = MemoryStore()
    store.run(Catalogue(), [Observed("", {"plan": "pro"}), Observed("", {"plan": 1})])
    assert not store.events
    assert list(store.attributes.values()) == [AttributeRow(1, "", "plan", "string", 1, 1, 1, enforced=True)]


def test_memory_is_released_between_batches_above_a_limit() -> None:
    catalogue, store = Catalogue(memory=3), MemoryStore()
    store.run(catalogue, [Observed("A", {"x": 1, "y": 1})])
    assert catalogue.needs(1, ["A"]) == []
    store.run(catalogue, [Observed("B", {})])
    assert sorted(catalogue.needs(1, ["A", "B"])) == ["A", "B"]
    [verdict] = store.run(catalogue, [Observed("A", {"x": "text"})])
    assert verdict.accepted == {}


# What a dialect without limits of its own sends: kept where it was sent, and flagged.


def flagged(name: str, **values: Any) -> Observed:
    return Observed(name, values, enforce=False)


@pytest.mark.parametrize(
    "properties,kind",
    [
        ({"stars": "five"}, "type_mismatch"),
        ({"we_stars": 1}, "reserved_name"),
        ({LONG_NAME: 1}, "name_too_long"),
        ({"url": "x" * 1000}, "string_too_long"),
        ({"we_gone": None}, "reserved_name"),
    ],
)
def test_a_dialect_without_these_rules_keeps_what_breaks_them_and_each_time_is_counted(
    properties: dict[str, Any], kind: str
) -> None:
    catalogue, store = Catalogue(), MemoryStore()
    store.run(catalogue, [flagged("Rated", stars=4)])
    for verdict in store.run(catalogue, [flagged("Rated", **properties)] * 3):
        assert verdict.accepted == properties
        assert (list(verdict.rejected), kinds(verdict.violations)) == ([], [kind])


def test_a_flagged_value_is_counted_as_seen_and_the_type_stays() -> None:
    store = MemoryStore()
    store.run(Catalogue(), [flagged("Rated", stars=4), flagged("Rated", stars="five")])
    assert list(store.attributes.values()) == [AttributeRow(1, "Rated", "stars", "number", 1, 1, 2, enforced=False)]


@pytest.mark.parametrize("name,kind", [("we_chat_opened", "reserved_name"), (LONG_NAME, "name_too_long")])
def test_an_event_of_a_flagged_name_is_kept_and_catalogued(name: str, kind: str) -> None:
    store = MemoryStore()
    [verdict] = store.run(Catalogue(), [flagged(name, x=1)])
    assert (verdict.ignored, verdict.accepted) == (False, {"x": 1})
    assert list(verdict.violations) == [Violation(kind, name)]
    assert [row.name for row in store.events.values()] == [name]


def test_a_dialect_without_these_rules_may_send_any_number_of_attributes_of_a_type() -> None:
    store = MemoryStore()
    [verdict] = store.run(Catalogue(), [flagged("A", **{f"a{i}": i for i in range(60)})])
    assert not verdict.violations
    assert len(store.attributes) == 60


def test_attributes_of_other_dialects_leave_the_limit_per_type_to_the_dialect_that_has_it() -> None:
    catalogue, store = Catalogue(), MemoryStore()
    store.run(catalogue, [flagged("Bought", **{f"junk{i}": "x" for i in range(200)})])
    own = {f"own{i}": "text" for i in range(25)}
    [verdict, beyond, known] = store.run(
        Catalogue(), [Observed("Bought", own), Observed("Bought", {"junk0": "x"}), Observed("Bought", own)]
    )
    assert (verdict.accepted, list(verdict.violations)) == (own, [])
    assert kinds(beyond.violations) == ["too_many_attributes"]
    assert not known.violations


def test_a_value_of_a_type_that_another_dialect_fixed_is_rejected_only_where_the_rule_is_enforced() -> None:
    store = MemoryStore()
    observed = [flagged("", age=31), Observed("", {"age": "32"}), flagged("", age="33")]
    [_, enforced, kept] = store.run(Catalogue(), observed)
    assert [rejected.value for rejected in enforced.rejected] == ["32"]
    assert (kept.accepted, kinds(kept.violations)) == ({"age": "33"}, ["type_mismatch"])


# The hard limits, which hold for every dialect.


@pytest.mark.parametrize("enforce", [False, True])
@pytest.mark.parametrize(
    "name,value,kind",
    [
        ("n" * 11, 1, "name_too_long"),
        ("text", "x" * 9000, "value_too_large"),
        ("quoted", '"' * 4500, "value_too_large"),
        ("list", ["x" * 5000, "x" * 5000], "value_too_large"),
        ("object", {"x": {"y": "x" * 9000}}, "value_too_large"),
    ],
)
@pytest.mark.parametrize("known", [False, True])
def test_what_exceeds_a_hard_limit_is_rejected_in_every_dialect(
    name: str, value: Any, kind: str, *, enforce: bool, known: bool
) -> None:
    catalogue = Catalogue(Limits(name_characters=10, value_bytes=8192))
    earlier = [Observed("A", {name: type(value)()}, enforce=enforce)] if known else []
    verdict = MemoryStore().run(catalogue, [*earlier, Observed("A", {name: value, "fine": "x"}, enforce=enforce)])[-1]
    assert verdict.accepted == {"fine": "x"}
    assert [rejected.kind for rejected in verdict.rejected] == [kind]


@pytest.mark.parametrize("value", ["x" * 8190, ["x" * 8188], {"x": "x" * 8184}, '"' * 4095])
def test_what_just_fits_is_kept(value: Any) -> None:
    [verdict] = MemoryStore().run(Catalogue(Limits(value_bytes=8192)), [flagged("A", x=value)])
    assert verdict.accepted == {"x": value}


@pytest.mark.parametrize("enforce", [False, True])
def test_attributes_beyond_the_hard_limit_are_kept_and_counted_but_not_catalogued(*, enforce: bool) -> None:
    catalogue, store = Catalogue(Limits(attributes_per_event=2)), MemoryStore()
    observed = Observed("A", {"a": 1, "b": 1, "c": 1}, enforce=enforce)
    [verdict] = store.run(catalogue, [observed])
    assert verdict.accepted == observed.values
    assert kinds(verdict.violations) == ["catalogue_full"]
    assert store.types("A") == {"a": "number", "b": "number"}


names = st.sampled_from(["", "A", "B", "we_C", LONG_NAME])
attributes = st.sampled_from([*"abcdefg", "we_h", LONG_NAME, "n" * 201])
values: st.SearchStrategy[Any] = st.sampled_from(
    [None, 1, 2.5, True, "text", "x" * 1000, "2018-09-15T18:29:00Z", [], {}]
)
messages = st.lists(
    st.builds(
        Observed,
        name=names,
        values=st.dictionaries(attributes, values, max_size=5),
        time=st.integers(0, 9),
        project=st.integers(1, 2),
        enforce=st.booleans(),
    ),
    max_size=30,
)


@given(messages, st.lists(st.integers(0, 30)), st.integers(0, 20))
def test_verdicts_and_totals_do_not_depend_on_batches(observed: list[Observed], cuts: list[int], memory: int) -> None:
    whole, parts = MemoryStore(), MemoryStore()
    expected = whole.run(Catalogue(), observed)
    catalogue = Catalogue(memory=memory)
    edges = [0, *sorted(min(cut, len(observed)) for cut in cuts), len(observed)]
    got = [verdict for start, end in pairwise(edges) for verdict in parts.run(catalogue, observed[start:end])]
    assert got == expected
    assert (parts.events, parts.attributes) == (whole.events, whole.attributes)


@given(messages)
def test_no_value_of_a_kept_event_is_lost(observed: list[Observed]) -> None:
    for message, verdict in zip(observed, MemoryStore().run(Catalogue(), observed), strict=True):
        apart = {rejected.name: rejected.value for rejected in verdict.rejected}
        assert verdict.ignored or {**verdict.accepted, **apart} == message.values
        assert not set(verdict.accepted) & set(apart)
