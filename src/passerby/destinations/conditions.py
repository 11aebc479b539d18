"""Conditions over one item: which items a destination receives. The language is that of segments, without history.

    {"all": [{"event": "Order Placed"}, {"prop": "Price", "gt": 10}, {"none": [{"trait": "plan", "is": "test"}]}]}

| condition | true for an item |
|---|---|
| `{"all": […]}`, `{"any": […]}`, `{"none": […]}` | all, at least one, none of these conditions are true |
| `{"event": NAME, "where": […]}` | its event has this name, and each condition on its properties is true |
| `{"fact": NAME, "where": […]}` | its event is this standard event; `where` may also compare `value` and `currency` |
| `{"prop": NAME, COMPARISON}` | the property of its event |
| `{"trait": NAME, COMPARISON}` | the trait of its profile |
| `{"stage": "customer"}` | the stage of its profile |
| `{"identifier": "email", "exists": true}` | whether its profile has such an identifier |
| `{"segment": KEY}` | its profile is a member; for `segment.entered` and `segment.exited`, it is about this segment |

Comparisons are members of the same object, and all of them must be true: `is`, `is_not` (a value or a list of values),
`contains`, `starts`, `ends` (text), `gt`, `gte`, `lt`, `lte` (numbers), `before`, `after` (times), `within`, `older` (a
duration back from now: `30d`), `exists`. A missing value makes every comparison false except `exists: false`. An array
is compared by any of its elements, and `is_not` is true if none of them is the value. An object cannot be compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from passerby.destinations.envelope import Envelope
from passerby.dialects.common.times import read_iso_or_epoch
from passerby.identity.stage import StageLabel
from passerby.messages import StandardEvent

DEPTH: Final = 6
LEAVES: Final = 50
VALUES: Final = 100
"""Values of one `is` or `is_not`."""
TEXT_LENGTH: Final = 1_000
DURATION_DIGITS: Final = 5

_STAGES: Final = frozenset(get_args(StageLabel))
_FACTS: Final = frozenset(get_args(StandardEvent))
_GROUPS: Final = {"all": all, "any": any}
_UNITS_MS: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}
_DURATION: Final = re.compile(rf"([1-9][0-9]{{0,{DURATION_DIGITS - 1}}})([mhdw])", re.ASCII)

_Judge = Callable[[Envelope, int], bool]
_Comparison = Callable[[Any, int], bool]
"""Whether a value that is there compares, at a time in ms."""
_Read = Callable[[Envelope], Any]


class InvalidCondition(ValueError):
    """A condition that is not one of the language. `path` is the member, such as `when.all[1].gt`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class Condition:
    """A compiled condition."""

    def __init__(self, judge: _Judge) -> None:
        self._judge: Final = judge

    def matches(self, envelope: Envelope, now: int) -> bool:
        """Return whether the item fulfils the condition at a time (ms)."""
        return self._judge(envelope, now)


def compile_condition(document: Any, path: str = "when") -> Condition:
    """Compile a condition, a decoded JSON document. Raises InvalidCondition with the path of the wrong member."""
    return Condition(_Compiler().compile(document, path, 1))


def _properties(envelope: Envelope) -> Any:
    return (envelope["data"].get("event") or {}).get("properties") or {}


def _semantic(envelope: Envelope) -> Any:
    return (envelope["data"].get("event") or {}).get("semantic") or {}


def _profile(envelope: Envelope) -> Any:
    return envelope["data"].get("profile") or {}


class _Compiler:
    """Compiles one condition: counts its leaves."""

    def __init__(self) -> None:
        self._leaves = 0

    def compile(self, document: Any, path: str, depth: int) -> _Judge:
        if not isinstance(document, dict):
            raise InvalidCondition(path, "a condition is an object")
        if depth > DEPTH:
            raise InvalidCondition(path, f"conditions are nested more than {DEPTH} deep")
        kinds = [name for name in (*_GROUPS, "none", *_LEAVES) if name in document]
        if len(kinds) != 1:
            wanted = ", ".join((*_GROUPS, "none", *_LEAVES))
            raise InvalidCondition(path, f"a condition has exactly one of {wanted}")
        (kind,) = kinds
        if kind in _LEAVES:
            self._count(path)
            return _LEAVES[kind](self, document, path)
        _only(document, {kind}, path)
        inner = document[kind]
        if not isinstance(inner, list) or not inner:
            raise InvalidCondition(f"{path}.{kind}", "expects a list with at least one condition")
        judges = [self.compile(each, f"{path}.{kind}[{index}]", depth + 1) for index, each in enumerate(inner)]
        if kind == "none":
            return lambda envelope, now: not any(judge(envelope, now) for judge in judges)
        combine = _GROUPS[kind]
        return lambda envelope, now: combine(judge(envelope, now) for judge in judges)

    def _count(self, path: str) -> None:
        self._leaves += 1
        if self._leaves > LEAVES:
            raise InvalidCondition(path, f"there are more than {LEAVES} conditions")

    def event(self, leaf: Mapping[str, Any], path: str) -> _Judge:
        _only(leaf, {"event", "where"}, path)
        name = _text(leaf["event"], f"{path}.event")
        where = self._where(leaf, path, {"prop"})
        return lambda envelope, now: (
            (envelope["data"].get("event") or {}).get("name") == name and all(judge(envelope, now) for judge in where)
        )

    def fact(self, leaf: Mapping[str, Any], path: str) -> _Judge:
        _only(leaf, {"fact", "where"}, path)
        name = _one_of(leaf["fact"], _FACTS, f"{path}.fact")
        where = self._where(leaf, path, {"prop", "value", "currency"})
        return lambda envelope, now: (
            _semantic(envelope).get("name") == name and all(judge(envelope, now) for judge in where)
        )

    def _where(self, leaf: Mapping[str, Any], path: str, subjects: set[str]) -> list[_Judge]:
        """Compile the conditions on the event of a leaf."""
        given = leaf.get("where", [])
        if not isinstance(given, list):
            raise InvalidCondition(f"{path}.where", "expects a list")
        judges = []
        for index, each in enumerate(given):
            at = f"{path}.where[{index}]"
            named = [name for name in subjects if isinstance(each, dict) and name in each]
            if len(named) != 1:
                raise InvalidCondition(at, f"expects an object with one of {', '.join(sorted(subjects))}")
            self._count(at)
            if named == ["prop"]:
                judges.append(self.prop(each, at))
                continue
            (subject,) = named
            _only(each, {subject}, at)
            comparisons = each[subject]
            if not isinstance(comparisons, dict):
                raise InvalidCondition(f"{at}.{subject}", "expects an object with comparisons")
            judges.append(_compared(_reader(_semantic, subject), comparisons, f"{at}.{subject}"))
        return judges

    def prop(self, leaf: Mapping[str, Any], path: str) -> _Judge:
        return _named(leaf, "prop", _properties, path)

    def trait(self, leaf: Mapping[str, Any], path: str) -> _Judge:
        return _named(leaf, "trait", lambda envelope: _profile(envelope).get("traits") or {}, path)

    def stage(self, leaf: Mapping[str, Any], path: str) -> _Judge:
        _only(leaf, {"stage"}, path)
        stage = _one_of(leaf["stage"], _STAGES, f"{path}.stage")
        return lambda envelope, _now: _profile(envelope).get("stage") == stage

    def segment(self, leaf: Mapping[str, Any], path: str) -> _Judge:
        _only(leaf, {"segment"}, path)
        key = _text(leaf["segment"], f"{path}.segment")

        def judge(envelope: Envelope, _now: int) -> bool:
            about = envelope["data"].get("segment")
            return about.get("key") == key if about else key in _profile(envelope).get("segments", ())

        return judge

    def identifier(self, leaf: Mapping[str, Any], path: str) -> _Judge:
        _only(leaf, {"identifier", "exists"}, path)
        namespace = _text(leaf["identifier"], f"{path}.identifier")
        wanted = leaf.get("exists")
        if not isinstance(wanted, bool):
            raise InvalidCondition(f"{path}.exists", "expects true or false")
        return lambda envelope, _now: bool((_profile(envelope).get("identifiers") or {}).get(namespace)) == wanted


_LEAVES: Final[Mapping[str, Callable[[_Compiler, Mapping[str, Any], str], _Judge]]] = {
    "event": _Compiler.event,
    "fact": _Compiler.fact,
    "prop": _Compiler.prop,
    "trait": _Compiler.trait,
    "stage": _Compiler.stage,
    "segment": _Compiler.segment,
    "identifier": _Compiler.identifier,
}


def _named(leaf: Mapping[str, Any], kind: str, read: _Read, path: str) -> _Judge:
    """Compile the comparisons of a property or a trait."""
    name = _text(leaf[kind], f"{path}.{kind}")
    return _compared(_reader(read, name), {key: value for key, value in leaf.items() if key != kind}, path)


def _reader(read: _Read, name: str) -> _Read:
    return lambda envelope: read(envelope).get(name)


def _compared(read: _Read, comparisons: Mapping[str, Any], path: str) -> _Judge:
    """Compile comparisons of one value; null counts as missing."""
    _only(comparisons, {*COMPARISONS, "exists"}, path)
    if not comparisons:
        raise InvalidCondition(path, f"expects one of {', '.join((*COMPARISONS, 'exists'))}")
    exists = comparisons.get("exists")
    if "exists" in comparisons and not isinstance(exists, bool):
        raise InvalidCondition(f"{path}.exists", "expects true or false")
    compiled = [
        COMPARISONS[name](operand, f"{path}.{name}") for name, operand in comparisons.items() if name != "exists"
    ]

    def judge(envelope: Envelope, now: int) -> bool:
        value = read(envelope)
        if value is None:
            return exists is False and not compiled
        return exists is not False and all(compare(value, now) for compare in compiled)

    return judge


def _any_element(compare: _Comparison) -> _Comparison:
    """Return the comparison for a value or the elements of an array, of which one has to compare."""
    return lambda value, now: (
        any(compare(each, now) for each in value) if isinstance(value, list) else compare(value, now)
    )


def _is(operand: Any, path: str) -> _Comparison:
    wanted = _scalars(operand, path)
    return _any_element(lambda value, _now: _scalar(value) in wanted)


def _is_not(operand: Any, path: str) -> _Comparison:
    same = _is(operand, path)
    return lambda value, now: not isinstance(value, dict) and not same(value, now)


def _scalars(operand: Any, path: str) -> set[tuple[str, Any]]:
    """Return the values of an `is`, with their types."""
    given = operand if isinstance(operand, list) else [operand]
    wanted = [_scalar(each) for each in given]
    if not wanted or len(wanted) > VALUES or None in wanted:
        raise InvalidCondition(path, f"expects a text, a number, true or false, or a list of 1 to {VALUES} of these")
    return {each for each in wanted if each is not None}


def _scalar(value: Any) -> tuple[str, Any] | None:
    """Return a value with its type, because `true == 1` in Python; None for what cannot be compared."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, int | float):
        return ("number", value)
    return ("string", value) if isinstance(value, str) else None


def _of_text(compare: Callable[[str, str], bool]) -> Callable[[Any, str], _Comparison]:
    def compile_(operand: Any, path: str) -> _Comparison:
        wanted = _text(operand, path)
        return _any_element(lambda value, _now: isinstance(value, str) and compare(value, wanted))

    return compile_


def _of_number(compare: Callable[[Any, Any], bool]) -> Callable[[Any, str], _Comparison]:
    def compile_(operand: Any, path: str) -> _Comparison:
        if not _is_number(operand):
            raise InvalidCondition(path, "expects a number")
        return _any_element(lambda value, _now: _is_number(value) and compare(value, operand))

    return compile_


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _of_time(compare: Callable[[int, int], bool]) -> Callable[[Any, str], _Comparison]:
    def compile_(operand: Any, path: str) -> _Comparison:
        wanted = read_iso_or_epoch(operand)
        if wanted is None:
            raise InvalidCondition(path, "expects a time, such as 2026-11-20T10:00:00Z")
        moment = wanted
        return _any_element(lambda value, _now: (at := read_iso_or_epoch(value)) is not None and compare(at, moment))

    return compile_


def _of_duration(compare: Callable[[int, int], bool]) -> Callable[[Any, str], _Comparison]:
    """Return the compiler of a comparison between a time and the time that lies a duration before now."""

    def compile_(operand: Any, path: str) -> _Comparison:
        found = _DURATION.fullmatch(operand) if isinstance(operand, str) else None
        if found is None:
            raise InvalidCondition(path, "expects a duration, such as 30d, 12h, 15m or 2w")
        back = int(found[1]) * _UNITS_MS[found[2]]
        return _any_element(lambda value, now: (at := read_iso_or_epoch(value)) is not None and compare(at, now - back))

    return compile_


COMPARISONS: Final[Mapping[str, Callable[[Any, str], _Comparison]]] = {
    "is": _is,
    "is_not": _is_not,
    "contains": _of_text(lambda value, wanted: wanted in value),
    "starts": _of_text(str.startswith),
    "ends": _of_text(str.endswith),
    "gt": _of_number(lambda value, wanted: value > wanted),
    "gte": _of_number(lambda value, wanted: value >= wanted),
    "lt": _of_number(lambda value, wanted: value < wanted),
    "lte": _of_number(lambda value, wanted: value <= wanted),
    "before": _of_time(lambda at, moment: at < moment),
    "after": _of_time(lambda at, moment: at > moment),
    "within": _of_duration(lambda at, since: at > since),
    "older": _of_duration(lambda at, since: at <= since),
}


def _only(document: Mapping[str, Any], known: set[str], path: str) -> None:
    """Refuse members that are not known. Raises InvalidCondition with the path of the first."""
    for name in document:
        if name not in known:
            raise InvalidCondition(f"{path}.{name}", f"there is no such member; known are {', '.join(sorted(known))}")


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_LENGTH:
        raise InvalidCondition(path, f"expects a text of 1 to {TEXT_LENGTH} characters")
    return value


def _one_of(value: Any, known: frozenset[str], path: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise InvalidCondition(path, f"expects one of {', '.join(sorted(known))}")
    return value
