"""Conditions: what they are true for, compared with a naive judgement, and what is refused with its path."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.destinations.items import NAMES, item

from passerby.destinations.conditions import DEPTH, LEAVES, VALUES, InvalidCondition, compile_condition
from passerby.destinations.envelope import Envelope

NOW = 1_796_126_400_000
"""2026-12-01T12:00:00Z."""
PURCHASE = item("purchased")


def matches(condition: Any, envelope: Envelope = PURCHASE, now: int = NOW) -> bool:
    return compile_condition(condition).matches(envelope, now)


def with_property(value: Any) -> Envelope:
    return item("signed_up", {"data": {"event": {"properties": {"x": value}}}})


@pytest.mark.parametrize(
    "condition, expected",
    [
        ({"event": "Order Completed"}, True),
        ({"event": "order completed"}, False),
        ({"event": "Order Completed", "where": []}, True),
        ({"event": "Order Completed", "where": [{"prop": "total", "gte": 119}]}, True),
        ({"event": "Order Completed", "where": [{"prop": "total", "gt": 119}]}, False),
        ({"event": "Order Completed", "where": [{"prop": "total", "gt": 1}, {"prop": "coupon", "is": "X"}]}, False),
        ({"fact": "purchased"}, True),
        ({"fact": "searched"}, False),
        ({"fact": "purchased", "where": [{"value": {"gte": 100, "lt": 120}}, {"currency": {"is": "EUR"}}]}, True),
        ({"fact": "purchased", "where": [{"value": {"gte": 120}}]}, False),
        ({"fact": "purchased", "where": [{"prop": "coupon", "exists": True}]}, True),
        ({"prop": "total", "is": 119}, True),
        ({"prop": "total", "is": 119.0}, True),
        ({"prop": "total", "is": "119"}, False),
        ({"prop": "total", "gt": 10, "lt": 200}, True),
        ({"prop": "total", "gt": 10, "lt": 100}, False),
        ({"prop": "nothing", "exists": False}, True),
        ({"prop": "nothing", "exists": True}, False),
        ({"prop": "nothing", "exists": False, "is": "x"}, False),
        ({"prop": "total", "exists": False}, False),
        ({"prop": "nothing", "is_not": "x"}, False),
        ({"prop": "products", "is": "x"}, False),
        ({"trait": "plan", "is": ["silver", "gold"]}, True),
        ({"trait": "plan", "is_not": "gold"}, False),
        ({"trait": "plan", "is_not": ["silver"]}, True),
        ({"trait": "first_name", "starts": "An", "ends": "na", "contains": "nn"}, True),
        ({"trait": "first_name", "starts": "an"}, False),
        ({"stage": "customer"}, True),
        ({"stage": "lead"}, False),
        ({"segment": "vip"}, True),
        ({"segment": "v"}, False),
        ({"identifier": "email", "exists": True}, True),
        ({"identifier": "email", "exists": False}, False),
        ({"identifier": "aaid", "exists": False}, True),
        ({"all": [{"stage": "customer"}, {"fact": "purchased"}]}, True),
        ({"all": [{"stage": "customer"}, {"fact": "searched"}]}, False),
        ({"any": [{"stage": "lead"}, {"fact": "purchased"}]}, True),
        ({"any": [{"stage": "lead"}, {"fact": "searched"}]}, False),
        ({"none": [{"stage": "lead"}, {"fact": "searched"}]}, True),
        ({"none": [{"stage": "lead"}, {"fact": "purchased"}]}, False),
    ],
)
def test_a_condition_is_judged_for_a_purchase(condition: Any, *, expected: bool) -> None:
    assert matches(condition) == expected


@pytest.mark.parametrize(
    "comparison, value, expected",
    [
        ({"is": True}, 1, False),
        ({"is": 1}, True, False),
        ({"is": [False, "a"]}, False, True),
        ({"is_not": 1}, True, True),
        ({"is": "b"}, ["a", "b"], True),
        ({"is_not": "b"}, ["a", "b"], False),
        ({"is_not": "c"}, ["a", "b"], True),
        ({"is_not": "c"}, [], True),
        ({"is": "a"}, {"a": 1}, False),
        ({"is_not": "a"}, {"a": 1}, False),
        ({"contains": "b"}, ["xbx", 1], True),
        ({"gt": 2}, [1, 3], True),
        ({"gt": 2}, "3", False),
        ({"gt": 0}, True, False),
        ({"lte": 2.5}, 2.5, True),
        ({"before": "2026-12-01"}, "2026-11-30T23:59:59.999Z", True),
        ({"before": "2026-12-01"}, "2026-12-01", False),
        ({"after": "2026-12-01T00:00:00+01:00"}, "2026-11-30T23:00:00.001Z", True),
        ({"after": 1_796_126_400}, 1_796_126_400_001, True),
        ({"after": "2026-12-01"}, "soon", False),
        ({"within": "1d"}, "2026-11-30T12:00:00.001Z", True),
        ({"within": "1d"}, "2026-11-30T12:00:00.000Z", False),
        ({"older": "1d"}, "2026-11-30T12:00:00.000Z", True),
        ({"older": "1d"}, "2026-11-30T12:00:00.001Z", False),
        ({"within": "30m"}, "2026-12-01T11:31:00Z", True),
        ({"within": "2w"}, "2026-11-17T12:00:00Z", False),
        ({"older": "12h"}, None, False),
        ({"exists": True}, None, False),
        ({"exists": False}, None, True),
        ({"exists": True}, False, True),
        ({"exists": True, "is": 3}, 3, True),
    ],
)
def test_a_comparison_is_judged_by_the_type_of_the_value(comparison: Any, value: Any, *, expected: bool) -> None:
    if value is None:
        assert matches({"prop": "x", **comparison}, item("signed_up")) == expected
    else:
        assert matches({"prop": "x", **comparison}, with_property(value)) == expected
    traits = item("profile_updated", {"data": {"profile": {"traits": {"x": value}}}})
    assert matches({"trait": "x", **comparison}, traits) == expected


def test_a_segment_change_is_about_its_own_segment() -> None:
    for name in ("segment_entered", "segment_exited"):
        assert matches({"segment": "vip"}, item(name))
        assert not matches({"segment": "other"}, item(name, {"data": {"profile": {"segments": ["other"]}}}))


@pytest.mark.parametrize("leaf", [{"event": "x"}, {"prop": "x", "is": 1}, {"trait": "x", "is": 1}, {"stage": "lead"}])
def test_an_item_without_event_or_profile_fulfils_no_condition_on_them(leaf: Any) -> None:
    assert not matches(leaf, item("profile_erased"))
    assert matches({"none": [leaf]}, item("profile_erased"))
    assert matches({"identifier": "email", "exists": False}, item("profile_erased"))


@pytest.mark.parametrize(
    "condition, path, reason",
    [
        ([], "when", "a condition is an object"),
        ({}, "when", "exactly one of all, any, none, event"),
        ({"all": []}, "when.all", "at least one"),
        ({"all": {"stage": "lead"}}, "when.all", "a list"),
        ({"all": [{"stage": "lead"}], "x": 1}, "when.x", "no such member"),
        ({"all": [{"stage": "lead"}], "any": [{"stage": "lead"}]}, "when", "exactly one"),
        ({"any": [{"stage": "lead"}, 7]}, "when.any[1]", "a condition is an object"),
        ({"none": [{"stage": "x"}]}, "when.none[0].stage", "expects one of anonymous, customer, lead"),
        ({"stage": ["lead"]}, "when.stage", "expects one of"),
        ({"event": 7}, "when.event", "a text of 1 to 1000"),
        ({"event": ""}, "when.event", "a text of 1 to 1000"),
        ({"event": "x" * 1_001}, "when.event", "a text of 1 to 1000"),
        ({"event": "x", "count": {"gte": 3}}, "when.count", "no such member"),
        ({"event": "x", "in_last": "30d"}, "when.in_last", "no such member"),
        ({"event": "x", "where": {}}, "when.where", "a list"),
        ({"event": "x", "where": [{"value": {"gt": 1}}]}, "when.where[0]", "one of prop"),
        ({"event": "x", "where": [7]}, "when.where[0]", "one of prop"),
        ({"event": "x", "where": [{"prop": "a", "gt": "1"}]}, "when.where[0].gt", "a number"),
        ({"fact": "bought"}, "when.fact", "expects one of added_to_cart"),
        ({"fact": "purchased", "where": [{"value": 7}]}, "when.where[0].value", "an object with comparisons"),
        ({"fact": "purchased", "where": [{"value": {}}]}, "when.where[0].value", "expects one of is,"),
        ({"fact": "purchased", "where": [{"value": {"gt": 1}, "x": 2}]}, "when.where[0].x", "no such member"),
        ({"fact": "purchased", "where": [{"value": {"gt": 1}, "prop": "x"}]}, "when.where[0]", "one of currency"),
        ({"prop": "x"}, "when", "expects one of is,"),
        ({"prop": "x", "equals": 1}, "when.equals", "no such member"),
        ({"prop": "x", "is": None}, "when.is", "a text, a number"),
        ({"prop": "x", "is": []}, "when.is", "a text, a number"),
        ({"prop": "x", "is": {"a": 1}}, "when.is", "a text, a number"),
        ({"prop": "x", "is": [[1]]}, "when.is", "a text, a number"),
        ({"prop": "x", "is_not": [1] * (VALUES + 1)}, "when.is_not", "a list of 1 to 100"),
        ({"prop": "x", "gt": True}, "when.gt", "a number"),
        ({"prop": "x", "contains": 7}, "when.contains", "a text"),
        ({"prop": "x", "exists": 1}, "when.exists", "true or false"),
        ({"prop": "x", "before": "soon"}, "when.before", "a time"),
        ({"prop": "x", "within": "30"}, "when.within", "a duration"),
        ({"prop": "x", "within": "0d"}, "when.within", "a duration"),
        ({"prop": "x", "older": 30}, "when.older", "a duration"),
        ({"prop": 7, "is": 1}, "when.prop", "a text"),
        ({"identifier": "email"}, "when.exists", "true or false"),
        ({"identifier": "email", "is": "x"}, "when.is", "no such member"),
        ({"segment": 7}, "when.segment", "a text"),
        ({"percent": 10}, "when", "exactly one of"),
        ({"list": "newsletter"}, "when", "exactly one of"),
    ],
)
def test_what_is_not_of_the_language_is_refused_with_its_path(condition: Any, path: str, reason: str) -> None:
    with pytest.raises(InvalidCondition) as refused:
        compile_condition(condition)
    assert refused.value.path == path
    assert reason in refused.value.reason


def nested(depth: int) -> Any:
    condition: Any = {"stage": "customer"}
    for _ in range(depth - 1):
        condition = {"all": [condition]}
    return condition


def test_conditions_have_a_limited_depth() -> None:
    assert matches(nested(DEPTH))
    with pytest.raises(InvalidCondition, match=r"^when(\.all\[0\]){6}: .*more than 6 deep"):
        compile_condition(nested(DEPTH + 1))


def test_conditions_have_a_limited_number_of_leaves() -> None:
    leaf = {"stage": "customer"}
    assert matches({"any": [leaf] * LEAVES})
    with pytest.raises(InvalidCondition, match=r"^when\.any\[50\]: there are more than 50"):
        compile_condition({"any": [leaf] * (LEAVES + 1)})
    where = [{"prop": "x", "is": 1}] * LEAVES
    with pytest.raises(InvalidCondition, match=r"^when\.where\[49\]: there are more than 50"):
        compile_condition({"event": "x", "where": where})


VALUES_OF_ANY_TYPE = st.sampled_from(
    [None, True, False, 0, 1, 2, 2.5, "", "a", "ab", "2", "2026-11-30", "2026-12-01T11:00:00Z"]
)
PROPERTIES = st.dictionaries(
    st.sampled_from("xyz"),
    VALUES_OF_ANY_TYPE | st.lists(VALUES_OF_ANY_TYPE, max_size=3) | st.just({"a": 1}),
    max_size=3,
)
SCALARS = st.sampled_from([True, False, 0, 1, 2, 2.5, "a", "ab", "2", "2026-11-30"])
COMPARISONS = st.fixed_dictionaries(
    {},
    optional={
        "is": SCALARS | st.lists(SCALARS, min_size=1, max_size=3),
        "is_not": SCALARS | st.lists(SCALARS, min_size=1, max_size=3),
        "contains": st.sampled_from(["a", "b", "0"]),
        "starts": st.sampled_from(["a", "2"]),
        "ends": st.sampled_from(["b", "Z"]),
        "gt": st.sampled_from([0, 1, 2.5]),
        "gte": st.sampled_from([0, 1, 2.5]),
        "lt": st.sampled_from([0, 1, 2.5]),
        "lte": st.sampled_from([0, 1, 2.5]),
        "before": st.sampled_from(["2026-11-30", "2026-12-01"]),
        "after": st.sampled_from(["2026-11-29", "2026-12-01"]),
        "within": st.sampled_from(["1h", "2d"]),
        "older": st.sampled_from(["1h", "2d"]),
        "exists": st.booleans(),
    },
).filter(bool)
LEAF = st.one_of(
    st.builds(lambda name, comparisons: {"prop": name, **comparisons}, st.sampled_from("xyz"), COMPARISONS),
    st.builds(lambda name, comparisons: {"trait": name, **comparisons}, st.sampled_from("xyz"), COMPARISONS),
    st.sampled_from(
        [
            {"event": "Signed Up"},
            {"event": "Other"},
            {"fact": "purchased"},
            {"fact": "purchased", "where": [{"value": {"gte": 100}}]},
            {"event": "Signed Up", "where": [{"prop": "x", "is": "a"}]},
            {"stage": "customer"},
            {"stage": "lead"},
            {"segment": "vip"},
            {"identifier": "email", "exists": True},
            {"identifier": "aaid", "exists": False},
        ]
    ),
)
CONDITION = st.recursive(
    LEAF,
    lambda inner: st.builds(
        lambda kind, conditions: {kind: conditions},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)
ITEM = st.builds(
    lambda name, properties, traits: item(
        name,
        {"data": {"event": {"properties": properties}, "profile": {"traits": traits}}}
        if name != "profile_erased"
        else {},
    ),
    st.sampled_from([name for name in NAMES if not name.startswith(("segment", "profile_"))] + ["profile_erased"]),
    PROPERTIES,
    PROPERTIES,
)


def millis(value: Any) -> float | None:
    """A time of the property values above, in ms."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return value * 1000
    if len(value) < 10:
        return float(value) * 1000 if value.isdigit() else None
    return datetime.fromisoformat(value if "T" in value else f"{value}T00:00:00Z").timestamp() * 1000


def naive(condition: Any, envelope: Any) -> bool:  # noqa: C901, PLR0911, PLR0912 - one case after the other is what makes it naive
    """The judgement written down as the reference says it, from the document itself."""
    event, profile = envelope["data"].get("event"), envelope["data"].get("profile")
    if "all" in condition:
        return False not in [naive(each, envelope) for each in condition["all"]]
    if "any" in condition:
        return True in [naive(each, envelope) for each in condition["any"]]
    if "none" in condition:
        return True not in [naive(each, envelope) for each in condition["none"]]
    if "event" in condition or "fact" in condition:
        if event is None:
            return False
        if "event" in condition and event["name"] != condition["event"]:
            return False
        if "fact" in condition and (event["semantic"] is None or event["semantic"]["name"] != condition["fact"]):
            return False
        for each in condition.get("where", []):
            if "value" in each and not naive_value(event["semantic"]["value"], each["value"]):
                return False
            if "prop" in each and not naive(each, envelope):
                return False
        return True
    if "prop" in condition:
        return naive_value(event["properties"].get(condition["prop"]) if event else None, condition)
    if profile is None:
        return "exists" in condition and not condition["exists"] and set(condition) <= {"trait", "identifier", "exists"}
    if "trait" in condition:
        return naive_value(profile["traits"].get(condition["trait"]), condition)
    if "stage" in condition:
        return bool(profile["stage"] == condition["stage"])
    if "segment" in condition:
        return bool(condition["segment"] in profile["segments"])
    return bool((condition["identifier"] in profile["identifiers"]) == condition["exists"])


def naive_value(value: Any, comparisons: Any) -> bool:
    names = [name for name in comparisons if name not in {"prop", "trait"}]
    if value is None:
        return names == ["exists"] and not comparisons["exists"]
    for name in names:
        operand = comparisons[name]
        if name == "exists":
            if not operand:
                return False
        elif name == "is_not":
            if isinstance(value, dict) or any(one(each, "is", operand) for each in elements(value)):
                return False
        elif not any(one(each, name, operand) for each in elements(value)):
            return False
    return True


def elements(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def one(value: Any, name: str, operand: Any) -> bool:  # noqa: PLR0911 - as above
    if isinstance(value, dict):
        return False
    if name == "is":
        return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in elements(operand))
    if name in {"contains", "starts", "ends"}:
        if not isinstance(value, str):
            return False
        at = {
            "contains": operand in value,
            "starts": value[: len(operand)] == operand,
            "ends": value[-len(operand) :] == operand,
        }
        return bool(at[name])
    if name in {"gt", "gte", "lt", "lte"}:
        if isinstance(value, bool | str) or value is None:
            return False
        return bool(
            {"gt": value > operand, "gte": value >= operand, "lt": value < operand, "lte": value <= operand}[name]
        )
    moment = millis(value)
    if moment is None:
        return False
    if name in {"before", "after"}:
        limit = millis(operand)
        assert limit is not None
        return moment < limit if name == "before" else moment > limit
    age = NOW - moment
    span = {"1h": 3_600_000, "2d": 172_800_000}[operand]
    return age < span if name == "within" else age >= span


@given(CONDITION, ITEM)
def test_every_condition_is_judged_as_the_reference_says(condition: Any, envelope: Envelope) -> None:
    assert matches(condition, envelope) == naive(condition, envelope)


@given(st.lists(LEAF, min_size=1, max_size=4), ITEM)
def test_none_is_the_opposite_of_any(leaves: list[Any], envelope: Envelope) -> None:
    assert matches({"none": leaves}, envelope) != matches({"any": leaves}, envelope)
    assert matches({"all": leaves}, envelope) == matches({"none": [{"none": [leaf]} for leaf in leaves]}, envelope)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "none", "event", "prop", "trait", "where", "is", "gt", "exists"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(JSON, st.sampled_from(NAMES))
def test_any_document_is_a_condition_or_refused_with_a_path(document: Any, name: str) -> None:
    try:
        condition = compile_condition(document)
    except InvalidCondition as refused:
        path = refused.path
    else:
        assert condition.matches(item(name), NOW) in {True, False}
        path = "when"
    assert path.startswith("when")
