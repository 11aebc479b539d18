"""JMESPath expressions: compiled to closures, and evaluated within a budget.

The parser and the standard functions are those of the package `jmespath`. Its interpreter is not used: it cannot be
bounded, and takes two to eight times as long, which counts for thousands of items a second.

An expression is bounded when it is compiled. Its evaluation has a budget of steps: a part of an expression costs a step
each time that it is evaluated, and each value in a new array, object or text costs one, a shared part as often as it
occurs. So neither time, nor memory, nor the size of the result can grow further, although `[@,@]|[@,@]|…` doubles its
value in each of a hundred steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import ge, gt, le, lt
from typing import Any, Final

import msgspec
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from jmespath.parser import Parser

from passerby.destinations.budget import Budget
from passerby.destinations.template_functions import OWN

LENGTH: Final = 1_000
"""Characters of an expression."""
BRACKETS: Final = 100
"""Opening brackets, negations and references of an expression: its parser is recursive."""
DEPTH: Final = 50
"""Parts of an expression within each other."""
_WITH_A_SIZE: Final = frozenset({str, list, dict})
_STANDARD: Final = Functions()


class InvalidExpression(ValueError):
    """A text that is not an expression, or one that is too large."""


Evaluate = Callable[[Any, Budget], Any]
"""Returns the value of an expression for a document. Raises OverBudget, JMESPathError, and the errors that Python
raises for values that the standard functions do not check: ArithmeticError, LookupError, TypeError, ValueError."""
EVALUATION_ERRORS: Final = (JMESPathError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError)


def compile_expression(expression: str) -> Evaluate:
    """Compile an expression. Raises InvalidExpression."""
    if len(expression) > LENGTH:
        raise InvalidExpression(f"the expression has more than {LENGTH} characters")
    if sum(map(expression.count, "([{!&")) > BRACKETS:
        raise InvalidExpression(f"the expression has more than {BRACKETS} brackets, negations and references")
    try:
        tree = Parser().parse(expression).parsed
    except (JMESPathError, RecursionError, ValueError) as error:
        raise InvalidExpression(f"not a JMESPath expression: {error}") from error
    evaluate, size = _compile(tree, 1)

    def pay_and_evaluate(document: Any, budget: Budget) -> Any:
        budget.pay(size)
        return evaluate(document, budget)

    return pay_and_evaluate


def _compile(node: Any, depth: int) -> tuple[Evaluate, int]:
    """Return a node's closure, and how many nodes it has: what one evaluation costs. Raises InvalidExpression."""
    if depth > DEPTH:
        raise InvalidExpression(f"the expression is nested more than {DEPTH} deep")
    kind = node["type"]
    if kind == "slice":
        return _slice(*node["children"]), 1
    if kind == "subexpression" and all(child["type"] == "field" for child in node["children"]):
        return _path([child["value"] for child in node["children"]]), 1 + len(node["children"])
    compiled = [_compile(child, depth + 1) for child in node["children"]]
    parts = [evaluate for evaluate, _ in compiled]
    sizes = [size for _, size in compiled]
    value = node.get("value")
    if kind == "function_expression":
        evaluate = _call(value, parts)
    elif kind == "expref":
        evaluate = _reference(parts[0], sizes[0])
    elif kind == "literal":
        evaluate = _literal(value)
    elif kind in _PROJECTIONS:
        evaluate = _PROJECTIONS[kind](parts, sum(sizes[1:]))
    elif kind == "multi_select_dict":
        evaluate = _object([child["value"] for child in node["children"]], parts)
    elif kind in ("field", "index"):
        evaluate = _field(value) if kind == "field" else _index(value)
    elif kind == "comparator":
        evaluate = _COMPARATORS[value](*parts)
    else:
        evaluate = _OTHERS[kind](parts)
    return evaluate, 1 + sum(sizes)


def _is_false(value: Any) -> bool:
    """Return whether JMESPath takes a value for false. 0 is true."""
    return value is None or value is False or value in ("", [], {})


def _literal(value: Any) -> Evaluate:
    try:
        msgspec.json.encode(value)
    except ValueError as error:  # a lone surrogate, which no result may have
        raise InvalidExpression(f"a literal is not JSON: {error}") from error
    return lambda _document, _budget: value


def _field(name: str) -> Evaluate:
    return lambda value, _budget: value.get(name) if type(value) is dict else None


def _path(names: list[str]) -> Evaluate:
    """Return the closure of members of members (`data.event.name`), which most expressions are."""

    def evaluate(value: Any, _budget: Budget) -> Any:
        for name in names:
            if type(value) is not dict:
                return None
            value = value.get(name)
        return value

    return evaluate


def _index(index: int) -> Evaluate:
    return lambda value, _budget: value[index] if type(value) is list and -len(value) <= index < len(value) else None


def _slice(start: int | None, end: int | None, step: int | None) -> Evaluate:
    if step == 0:
        raise InvalidExpression("the step of a slice is not 0")
    return lambda value, _budget: value[start:end:step] if type(value) is list else None


def _same(_parts: list[Evaluate]) -> Evaluate:
    return lambda value, _budget: value


def _one_by_one(parts: list[Evaluate]) -> Evaluate:
    """Return the closure of `a.b`, `a[0]` and `a | b`: each part is evaluated on the result of the one before."""

    def evaluate(value: Any, budget: Budget) -> Any:
        for part in parts:
            value = part(value, budget)
        return value

    return evaluate


def _or(parts: list[Evaluate]) -> Evaluate:
    left, right = parts

    def evaluate(value: Any, budget: Budget) -> Any:
        matched = left(value, budget)
        return right(value, budget) if _is_false(matched) else matched

    return evaluate


def _and(parts: list[Evaluate]) -> Evaluate:
    left, right = parts

    def evaluate(value: Any, budget: Budget) -> Any:
        matched = left(value, budget)
        return matched if _is_false(matched) else right(value, budget)

    return evaluate


def _not(parts: list[Evaluate]) -> Evaluate:
    (part,) = parts
    return lambda value, budget: _is_false(part(value, budget))


def _equality(*, wanted: bool) -> Callable[[Evaluate, Evaluate], Evaluate]:
    def compile_(left: Evaluate, right: Evaluate) -> Evaluate:
        def evaluate(value: Any, budget: Budget) -> bool:
            one, other = left(value, budget), right(value, budget)
            # In Python `true` is 1, in JSON it is not.
            return (one == other and isinstance(one, bool) == isinstance(other, bool)) == wanted

        return evaluate

    return compile_


def _order(compare: Callable[[Any, Any], bool]) -> Callable[[Evaluate, Evaluate], Evaluate]:
    def compile_(left: Evaluate, right: Evaluate) -> Evaluate:
        def evaluate(value: Any, budget: Budget) -> bool | None:
            one, other = left(value, budget), right(value, budget)
            return compare(one, other) if _has_order(one) and _has_order(other) else None

        return evaluate

    return compile_


def _has_order(value: Any) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def _array(parts: list[Evaluate]) -> Evaluate:
    def evaluate(value: Any, budget: Budget) -> Any:
        if value is None:
            return None
        made = [part(value, budget) for part in parts]
        budget.pay_for(made)
        return made

    return evaluate


def _object(names: list[str], parts: list[Evaluate]) -> Evaluate:
    members = list(zip(names, parts, strict=True))

    def evaluate(value: Any, budget: Budget) -> Any:
        if value is None:
            return None
        made = {name: part(value, budget) for name, part in members}
        budget.pay_for(made)
        return made

    return evaluate


def _flatten(parts: list[Evaluate]) -> Evaluate:
    (base,) = parts

    def evaluate(value: Any, budget: Budget) -> Any:
        found = base(value, budget)
        if type(found) is not list:
            return None
        made: list[Any] = []
        for each in found:
            if type(each) is list:
                budget.pay(len(each))
                made += each
            else:
                made.append(each)
        budget.pay_for(made)
        return made

    return evaluate


def _projected(elements: Iterable[Any], part: Evaluate, size: int, budget: Budget) -> list[Any]:
    """Return the values of a part for elements, without null."""
    made = []
    for element in elements:
        budget.pay(size)
        value = part(element, budget)
        if value is not None:
            made.append(value)
    budget.pay_for(made)
    return made


def _projection(parts: list[Evaluate], size: int) -> Evaluate:
    base, part = parts

    def evaluate(value: Any, budget: Budget) -> Any:
        found = base(value, budget)
        return _projected(found, part, size, budget) if type(found) is list else None

    return evaluate


def _value_projection(parts: list[Evaluate], size: int) -> Evaluate:
    base, part = parts

    def evaluate(value: Any, budget: Budget) -> Any:
        found = base(value, budget)
        return _projected(found.values(), part, size, budget) if type(found) is dict else None

    return evaluate


def _filter_projection(parts: list[Evaluate], size: int) -> Evaluate:
    base, part, condition = parts

    def evaluate(value: Any, budget: Budget) -> Any:
        found = base(value, budget)
        if type(found) is not list:
            return None
        budget.pay(len(found) * size)
        return _projected([each for each in found if not _is_false(condition(each, budget))], part, 0, budget)

    return evaluate


class _Expression:
    """A reference to an expression (`&name`), which standard functions evaluate for the elements of an array.

    They recognise it by the name of this class, and call `visit` with the member `expression`.
    """

    expression: Final = None

    def __init__(self, part: Evaluate, size: int, budget: Budget) -> None:
        self._part: Final = part
        self._size: Final = size
        self._budget: Final = budget

    def visit(self, _expression: None, value: Any) -> Any:
        self._budget.pay(self._size)
        return self._part(value, self._budget)


def _reference(part: Evaluate, size: int) -> Evaluate:
    return lambda _value, budget: _Expression(part, size, budget)


def _call(name: str, parts: list[Evaluate]) -> Evaluate:
    """Return the closure of a function call. Raises InvalidExpression for an unknown function or arguments."""
    own = OWN.get(name)
    if own:
        least, most = own.least, own.most
    elif name in Functions.FUNCTION_TABLE:
        signature = Functions.FUNCTION_TABLE[name]["signature"]
        least, most = len(signature), None if signature and signature[-1].get("variadic") else len(signature)
    else:
        raise InvalidExpression(f"there is no function {name}()")
    if len(parts) < least or (most is not None and len(parts) > most):
        wanted = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
        raise InvalidExpression(f"{name}() takes {wanted} arguments, not {len(parts)}")

    def evaluate(value: Any, budget: Budget) -> Any:
        arguments = [part(value, budget) for part in parts]
        made = own.call(*arguments) if own else _STANDARD.call_function(name, arguments)
        if type(made) in _WITH_A_SIZE:
            budget.pay_for(made)
        return made

    return evaluate


_PROJECTIONS: Final = {
    "projection": _projection,
    "value_projection": _value_projection,
    "filter_projection": _filter_projection,
}
_COMPARATORS: Final = {
    "eq": _equality(wanted=True),
    "ne": _equality(wanted=False),
    "lt": _order(lt),
    "lte": _order(le),
    "gt": _order(gt),
    "gte": _order(ge),
}
_OTHERS: Final = {
    "subexpression": _one_by_one,
    "index_expression": _one_by_one,
    "pipe": _one_by_one,
    "key_val_pair": _one_by_one,
    "current": _same,
    "identity": _same,
    "or_expression": _or,
    "and_expression": _and,
    "not_expression": _not,
    "multi_select_list": _array,
    "flatten": _flatten,
}
