"""Templates: JSON in which each text that begins with `=` is a JMESPath expression over the envelope.

    {"email": "=first(data.profile.identifiers.email)", "source": "shop", "items": "=data.event.semantic.items[].id"}

Every other value is literal (`='=x'` is the text `=x`). A member or element whose expression is undefined (null) is
left out. The functions in addition to JMESPath's are in `passerby.destinations.template_functions`.

Operators write templates, so both are bounded: the template by the limits below, and its evaluation by a budget of
steps, because an expression can double a value in each of a hundred steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from jmespath.parser import Parser
from jmespath.visitor import Options, TreeInterpreter

from passerby.destinations.template_functions import OWN

NODES: Final = 200
"""Members, elements and values of a template."""
DEPTH: Final = 20
"""Objects and arrays within each other."""
EXPRESSION_LENGTH: Final = 1_000
"""Characters of an expression."""
BRACKETS: Final = 100
"""Opening brackets, negations and references of an expression: its parser is recursive."""
EXPRESSION_DEPTH: Final = 50
OUTPUT_BYTES: Final = 262_144
"""JSON of the result."""
BUDGET: Final = 100_000
"""Steps of one evaluation: visits of a part of an expression, and values within the results."""

_CHARACTERS_A_STEP: Final = 32

_CALLABLE: Final = (JMESPathError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
"""Errors of an expression: its functions' own, and what Python raises for values that JMESPath does not check."""

_Evaluate = Callable[["_Interpreter", Any], Any]


class InvalidTemplate(ValueError):
    """A template that cannot be used. `path` is the member, such as `map.items[2].price`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class MappingFailed(ValueError):
    """A template that cannot be evaluated for an envelope. `path` is the member."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class OverBudget(ValueError):
    """The evaluation takes too many steps, or its results are too large."""


class Template:
    """A compiled template. Use it in any thread."""

    def __init__(self, evaluate: _Evaluate, path: str) -> None:
        self._evaluate: Final = evaluate
        self._path: Final = path

    def apply(self, envelope: Any) -> Any:
        """Return the mapped document, or None if all of the template is undefined. Raises MappingFailed."""
        try:
            mapped = self._evaluate(_Interpreter(), envelope)
            size = len(msgspec.json.encode(mapped))
        except (RecursionError, TypeError, ValueError) as error:
            if isinstance(error, MappingFailed):
                raise
            raise MappingFailed(self._path, f"the result is not JSON: {error}") from error
        if size > OUTPUT_BYTES:
            raise MappingFailed(self._path, f"the result has {size} bytes of JSON, more than {OUTPUT_BYTES}")
        return mapped


def compile_template(template: Any, path: str = "map") -> Template:
    """Compile a template, a decoded JSON document. Raises InvalidTemplate with the path of the wrong member."""
    return Template(_Compiler().compile(template, path, 1), path)


class _Compiler:
    """Compiles one template: counts its nodes."""

    def __init__(self) -> None:
        self._nodes = 0

    def compile(self, template: Any, path: str, depth: int) -> _Evaluate:
        self._nodes += 1
        if self._nodes > NODES:
            raise InvalidTemplate(path, f"the template has more than {NODES} values")
        if depth > DEPTH:
            raise InvalidTemplate(path, f"objects and arrays are nested more than {DEPTH} deep")
        if isinstance(template, dict):
            members = [
                (name, value is None, self.compile(value, f"{path}.{name}", depth + 1))
                for name, value in template.items()
            ]
            return lambda interpreter, envelope: {
                name: value
                for name, is_null, evaluate in members
                if (value := evaluate(interpreter, envelope)) is not None or is_null
            }
        if isinstance(template, list):
            elements = [
                (value is None, self.compile(value, f"{path}[{index}]", depth + 1))
                for index, value in enumerate(template)
            ]
            return lambda interpreter, envelope: [
                value
                for is_null, evaluate in elements
                if (value := evaluate(interpreter, envelope)) is not None or is_null
            ]
        if isinstance(template, str) and template.startswith("="):
            return _expression(template[1:].strip(), path)
        return lambda _interpreter, _envelope: template


def _expression(expression: str, path: str) -> _Evaluate:
    """Compile one expression. Raises InvalidTemplate."""
    if len(expression) > EXPRESSION_LENGTH:
        raise InvalidTemplate(path, f"the expression has more than {EXPRESSION_LENGTH} characters")
    if sum(map(expression.count, "([{!&")) > BRACKETS:
        raise InvalidTemplate(path, f"the expression has more than {BRACKETS} brackets, negations and references")
    try:
        tree = Parser().parse(expression).parsed
        for node in _checked(tree, path):
            if node["type"] == "literal":
                msgspec.json.encode(node["value"])
    except InvalidTemplate:
        raise
    except (JMESPathError, RecursionError, ValueError) as error:
        raise InvalidTemplate(path, f"not a JMESPath expression: {error}") from error
    names = _field_path(tree)
    if names is not None:
        return lambda _interpreter, envelope: _member(envelope, names)

    def evaluate(interpreter: _Interpreter, envelope: Any) -> Any:
        try:
            return interpreter.visit(tree, envelope)
        except _CALLABLE as error:
            raise MappingFailed(path, str(error)) from error

    return evaluate


def _checked(tree: Any, path: str) -> Iterator[Any]:
    """Yield every node of an expression. Raises InvalidTemplate for what would fail at each evaluation."""
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > EXPRESSION_DEPTH:
            raise InvalidTemplate(path, f"the expression is nested more than {EXPRESSION_DEPTH} deep")
        if node["type"] == "slice":  # its children are numbers
            if node["children"][2] == 0:
                raise InvalidTemplate(path, "the step of a slice is not 0")
            continue
        if node["type"] == "function_expression":
            _check_call(node["value"], len(node["children"]), path)
        yield node
        waiting += [(child, depth + 1) for child in node["children"]]


def _check_call(name: str, arguments: int, path: str) -> None:
    """Refuse an unknown function or a wrong number of arguments. Raises InvalidTemplate."""
    if name in OWN:
        least, most = OWN[name].least, OWN[name].most
    elif name in Functions.FUNCTION_TABLE:
        signature = Functions.FUNCTION_TABLE[name]["signature"]
        least, most = len(signature), None if signature and signature[-1].get("variadic") else len(signature)
    else:
        raise InvalidTemplate(path, f"there is no function {name}()")
    if arguments < least or (most is not None and arguments > most):
        wanted = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
        raise InvalidTemplate(path, f"{name}() takes {wanted} arguments, not {arguments}")


def _field_path(tree: Any) -> tuple[str, ...] | None:
    """Return the names of an expression that is only members of members (`data.event.name`), else None."""
    if tree["type"] == "field":
        return (tree["value"],)
    if tree["type"] == "subexpression" and all(child["type"] == "field" for child in tree["children"]):
        return tuple(child["value"] for child in tree["children"])
    return None


def _member(value: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        if type(value) is not dict:
            return None
        value = value.get(name)
    return value


class _Functions(Functions):
    """The functions of JMESPath, and those of templates."""

    def call_function(self, function_name: str, resolved_args: Any) -> Any:
        own = OWN.get(function_name)
        return own.call(*resolved_args) if own else super().call_function(function_name, resolved_args)


_OPTIONS: Final = Options(custom_functions=_Functions())
_MAKING: Final = frozenset(
    {
        "filter_projection",
        "flatten",
        "function_expression",
        "multi_select_dict",
        "multi_select_list",
        "projection",
        "value_projection",
    }
)
"""Nodes that make a new value. Its size is paid for, shared parts once for each time that they occur."""


class _Interpreter(TreeInterpreter):
    """Evaluates the expressions of one template for one envelope, within a budget. Raises OverBudget."""

    def __init__(self) -> None:
        super().__init__(_OPTIONS)
        self._left = BUDGET

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._pay(1)
        value = super().visit(node, *args, **kwargs)
        if node["type"] in _MAKING:
            self._pay_for(value)
        return value

    def _pay(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise OverBudget(f"the expression takes more than {BUDGET} steps, or its values are too large")

    def _pay_for(self, made: Any) -> None:
        waiting = [made]
        while waiting:
            value = waiting.pop()
            if isinstance(value, str):
                self._pay(1 + len(value) // _CHARACTERS_A_STEP)
            elif isinstance(value, list):
                self._pay(1 + len(value))
                waiting += value
            elif isinstance(value, dict):
                self._pay(1 + len(value))
                waiting += value.values()
