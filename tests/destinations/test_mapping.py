"""Templates: what they make of an envelope, what is refused when they are saved, and that none can take all memory."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import jmespath
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jmespath.exceptions import JMESPathError
from tests.destinations.items import NAMES, item

from passerby.destinations.budget import BUDGET
from passerby.destinations.mapping import (
    DEPTH,
    NODES,
    OUTPUT_BYTES,
    InvalidTemplate,
    MappingFailed,
    compile_template,
)
from passerby.destinations.template_functions import TEXT_LENGTH

PURCHASE = item("purchased")


def applied(template: Any, envelope: Any = PURCHASE) -> Any:
    return compile_template(template).apply(envelope)


@pytest.mark.parametrize(
    "template, mapped",
    [
        ("=data.event.name", "Order Completed"),
        ("data.event.name", "data.event.name"),
        ("= type ", "event"),
        ("='=type'", "=type"),
        (7, 7),
        ({"a": "=data.event.properties.total", "b": [True, "x", "=v"]}, {"a": 119, "b": [True, "x", 1]}),
        (
            {"items": "=data.event.semantic.items[].{id: id, n: quantity}"},
            {"items": [{"id": "SKU-001", "n": 1}, {"id": "SKU-002", "n": 2}]},
        ),
        ({"=data.event.name": 1}, {"=data.event.name": 1}),
        ({"sum": "=sum(data.event.semantic.items[].quantity)"}, {"sum": 3}),
    ],
)
def test_a_text_with_an_equals_sign_is_an_expression_and_all_else_is_literal(template: Any, mapped: Any) -> None:
    assert applied(template) == mapped


@pytest.mark.parametrize(
    "template, mapped",
    [
        ({"a": "=data.nothing", "b": 1}, {"b": 1}),
        ({"a": {"b": "=data.nothing.at.all"}}, {"a": {}}),
        (["=data.nothing", 1, "=data.event.name.x"], [1]),
        ({"a": None, "b": [None, "=nothing"]}, {"a": None, "b": [None]}),
        ("=data.nothing", None),
        ({"a": "=lower(data.event)"}, {}),
        ({"zero": "=`0`", "no": "=`false`", "empty": "=''"}, {"zero": 0, "no": False, "empty": ""}),
    ],
)
def test_undefined_members_are_left_out(template: Any, mapped: Any) -> None:
    assert applied(template) == mapped


@pytest.mark.parametrize(
    "template, path, reason",
    [
        ({"a": "=data."}, "map.a", "not a JMESPath expression"),
        ({"a": [1, {"b": "="}]}, "map.a[1].b", "not a JMESPath expression"),
        ({"a": "=price(x)"}, "map.a", "there is no function price()"),
        ({"a": "=items[?f(x)]"}, "map.a", "there is no function f()"),
        ({"a": "=lower(a, b)"}, "map.a", "lower() takes 1 arguments, not 2"),
        ({"a": "=slice(a)"}, "map.a", "slice() takes 2 to 3 arguments, not 1"),
        ({"a": "=default(a)"}, "map.a", "default() takes at least 2 arguments, not 1"),
        ({"a": "=length(a, b)"}, "map.a", "length() takes 1 arguments, not 2"),
        ({"a": "=not_null()"}, "map.a", "not_null() takes at least 1 arguments, not 0"),
        ({"a": "=items[::0]"}, "map.a", "the step of a slice is not 0"),
        ({"a": "=" + "a" * 1_001}, "map.a", "more than 1000 characters"),
        ({"a": "=" + "(" * 101 + "a" + ")" * 101}, "map.a", "more than 100 brackets"),
        ({"a": "=" + "!" * 900 + "a"}, "map.a", "more than 100 brackets"),
        ({"a": "=" + "||".join("a" * 100)}, "map.a", "nested more than 50 deep"),
        ({"a": '=`"\\ud800"`'}, "map.a", "a literal is not JSON"),
        ([0] * NODES, f"map[{NODES - 1}]", f"more than {NODES} values"),
    ],
)
def test_what_cannot_work_is_refused_with_its_path(template: Any, path: str, reason: str) -> None:
    with pytest.raises(InvalidTemplate) as refused:
        compile_template(template)
    assert refused.value.path == path
    assert reason in refused.value.reason


def nested(depth: int) -> Any:
    template: Any = "x"
    for _ in range(depth - 1):
        template = [template]
    return template


def test_a_template_is_as_deep_and_large_as_its_limits_allow() -> None:
    assert applied(nested(DEPTH)) == nested(DEPTH)
    with pytest.raises(InvalidTemplate, match="nested more than 20 deep"):
        compile_template(nested(DEPTH + 1))
    assert applied([0] * (NODES - 1)) == [0] * (NODES - 1)


@pytest.mark.parametrize(
    "expression",
    [
        "abs('x')",
        "sum(data.event.properties.products)",
        "type < v",
        "contains('x', v)",
        "max_by(data.event.semantic.items, &name2)",
        "&type",
        "[&type]",
        "avg([`1`, 'x'])",
    ],
)
def test_an_expression_that_does_not_fit_the_item_names_its_path(expression: str) -> None:
    with pytest.raises(MappingFailed) as failed:
        applied({"a": {"b": f"={expression}"}})
    assert failed.value.path in {"map.a.b", "map"}


@pytest.mark.parametrize(
    "expression",
    [
        "|".join(["@"] + ["[@,@]"] * 40),
        "|".join(["@"] + ["[@,@][]"] * 40),
        "|".join(["@"] + ["{a:@,b:@}"] * 40),
        "|".join(["data.event.properties.products"] + ["[@,@][]"] * 40 + ["length(@)"]),
        "|".join(["type"] + ["join('',[@,@])"] * 45),
        "|".join(["type"] + ["to_string([@,@])"] * 45),
        "|".join(["[type,type]"] + ["[join(@[0],@),@[0]]"] * 20),
        "|".join(["`[1,1,1,1,1,1,1,1,1,1]`", "[@,@,@,@,@,@,@,@,@,@][]", *["map(&[@,@,@,@,@,@,@,@,@,@],@)[]"] * 8]),
        "|".join(["{l:[@,@],r:[@,@]}"] * 30 + ["l==r"]),
        "|".join(["[@,@]"] * 20 + ["@==@"]),
    ],
    ids=lambda expression: expression[:25],
)
def test_an_expression_that_doubles_at_each_step_is_stopped(expression: str) -> None:
    assert len(expression) <= 1_000
    template = compile_template({"a": f"={expression}"})
    with pytest.raises(MappingFailed) as failed:
        template.apply(PURCHASE)
    assert failed.value.path == "map.a"
    assert str(BUDGET) in failed.value.reason or str(TEXT_LENGTH) in failed.value.reason


def test_the_budget_is_of_the_whole_template() -> None:
    envelope = {"list": list(range(1_000))}
    assert applied(["=list[?@ > `0`]"] * 3, envelope)
    with pytest.raises(MappingFailed, match="steps"):
        applied(["=list[?@ > `0`]"] * 100, envelope)


def test_a_result_has_a_limit_of_bytes() -> None:
    half = "x" * (OUTPUT_BYTES // 2)
    assert applied(["=a"], {"a": half}) == [half]
    with pytest.raises(MappingFailed, match=rf"more than {OUTPUT_BYTES}"):
        applied(["=a", "=a"], {"a": half})


def test_a_text_that_is_not_unicode_fails() -> None:
    with pytest.raises(MappingFailed, match="not JSON"):
        applied(["=a"], {"a": "\ud800"})


def test_an_envelope_is_not_changed() -> None:
    before = copy.deepcopy(PURCHASE)
    applied({"a": "=data.event.semantic.items", "b": "=sort(keys(data.event))", "c": "=merge(data, {event: `1`})"})
    assert before == PURCHASE


PIECES = st.sampled_from(
    [
        "data",
        "event",
        "items",
        "type",
        "@",
        ".",
        "[]",
        "[*]",
        "[0]",
        "|",
        "||",
        "&&",
        "!",
        "==",
        "<",
        "(",
        ")",
        "[",
        "]",
        "{a:",
        "}",
        ",",
        "'x'",
        "`1`",
        "`[1,2]`",
        "&",
        "lower(",
        "if(",
        "join(",
        "first(",
        "sum(",
        "map(",
        "length(",
        "*",
        "?",
    ]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8).filter(lambda text: not text.startswith("=")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=15,
)


@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from(NAMES))
def test_any_expression_is_refused_or_makes_json_or_fails_with_its_path(expression: str, name: str) -> None:
    assert outcome({"a": f"={expression}"}, item(name)) in {"mapped", "map", "map.a"}


@given(st.text(max_size=30))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    assert outcome(text, PURCHASE) in {"mapped", "map"}


def outcome(template: Any, envelope: Any) -> str:
    """Where a template fails, when it is compiled or applied; `mapped` if it makes JSON."""
    try:
        mapped = compile_template(template).apply(envelope)
    except (InvalidTemplate, MappingFailed) as error:
        return error.path
    return "mapped" if msgspec.json.encode(mapped) else "nothing"


@given(JSON, st.lists(st.sampled_from("abcd"), min_size=1, max_size=4).map(".".join))
def test_a_path_is_what_jmespath_says(document: Any, path: str) -> None:
    assert applied(f"={path}", document) == jmespath.search(path, document)


@given(JSON)
def test_a_template_without_expressions_is_itself(document: Any) -> None:
    assert applied(document) == document


EXPRESSIONS = [
    "a",
    "a.b",
    "a.b.c",
    "a[0]",
    "a[-1].b",
    "a[0:2].b",
    "a[::-1]",
    "a[*].b",
    "a[*].[b, c]",
    "a[].b[0]",
    "a[] | [0]",
    "a.*",
    "*.b",
    "*",
    "@",
    "a[?b]",
    "a[?b == c].d",
    "a[?@ > `1`]",
    "[a, b]",
    "{x: a, y: b.c}",
    "a.{x: @}",
    "a || b",
    "a && b",
    "!a",
    "a | b",
    "a == b",
    "a != b",
    "a == `true`",
    'a == `[1, {"a": false}]`',
    "a < b",
    "a <= `1`",
    "a >= 'a'",
    "type(a)",
    "length(a)",
    "keys(a)",
    "sort_by(a, &b)",
    "max_by(a, &@)",
    "map(&c, a || `[]`)",
    "not_null(a, b, 'x')",
    "sum(a)",
    "to_string(a)",
]


COMPILED = [(compile_template(f"={each}").apply, jmespath.compile(each).search, each) for each in EXPRESSIONS]


@given(JSON)
def test_expressions_are_what_jmespath_says(document: Any) -> None:
    for apply, search, expression in COMPILED:
        assert result_or_error(apply, document) == result_or_error(search, document), expression


def result_or_error(evaluate: Callable[[Any], Any], document: Any) -> Any:
    """The value with its type, since `true` is 1 in Python; the same for all errors."""
    try:
        return json.dumps(evaluate(document))
    except (JMESPathError, TypeError, ValueError):
        return "error"
