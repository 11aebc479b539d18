"""Templates: JSON in which each text that begins with `=` is a JMESPath expression over the envelope.

    {"email": "=first(data.profile.identifiers.email)", "source": "shop", "items": "=data.event.semantic.items[].id"}

Every other value is literal (`='=x'` is the text `=x`). A member or element whose expression is undefined (null) is
left out. The functions in addition to JMESPath's are in `passerby.destinations.template_functions`.

Operators write templates, so these are bounded: the template by the limits below, its expressions and their evaluation
by those of `passerby.destinations.expressions`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from passerby.destinations.budget import Budget
from passerby.destinations.expressions import EVALUATION_ERRORS, InvalidExpression, compile_expression

NODES: Final = 200
"""Members, elements and values of a template."""
DEPTH: Final = 20
"""Objects and arrays within each other."""
OUTPUT_BYTES: Final = 262_144
"""JSON of the result."""

_Evaluate = Callable[[Any, Budget], Any]


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


class Template:
    """A compiled template. Use it in any thread."""

    def __init__(self, evaluate: _Evaluate, path: str) -> None:
        self._evaluate: Final = evaluate
        self._path: Final = path

    def apply(self, envelope: Any) -> Any:
        """Return the mapped document, or None if all of the template is undefined. Raises MappingFailed."""
        try:
            mapped = self._evaluate(envelope, Budget())
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
            return lambda envelope, budget: {
                name: value
                for name, is_null, evaluate in members
                if (value := evaluate(envelope, budget)) is not None or is_null
            }
        if isinstance(template, list):
            elements = [
                (value is None, self.compile(value, f"{path}[{index}]", depth + 1))
                for index, value in enumerate(template)
            ]
            return lambda envelope, budget: [
                value for is_null, evaluate in elements if (value := evaluate(envelope, budget)) is not None or is_null
            ]
        if isinstance(template, str) and template.startswith("="):
            return _expression(template[1:].strip(), path)
        return lambda _envelope, _budget: template


def _expression(expression: str, path: str) -> _Evaluate:
    """Compile one expression. Raises InvalidTemplate."""
    try:
        compiled = compile_expression(expression)
    except InvalidExpression as error:
        raise InvalidTemplate(path, str(error)) from error

    def evaluate(envelope: Any, budget: Budget) -> Any:
        try:
            return compiled(envelope, budget)
        except EVALUATION_ERRORS as error:
            raise MappingFailed(path, str(error)) from error

    return evaluate
