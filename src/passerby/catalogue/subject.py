"""Validates the attributes of one event name, or the traits of a project's profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from passerby.catalogue.changes import AttributeRow, KnownAttribute, Tally
from passerby.catalogue.rules import (
    ATTRIBUTES_PER_TYPE,
    CATALOGUE_FULL,
    STRING_LENGTH,
    TRAITS_OF_PROFILES,
    Finding,
    Limits,
    Verdict,
    attribute_finding,
    limit_finding,
    name_finding,
    verdict,
)
from passerby.catalogue.types import PLAIN, SHORTEST_DATE, DataType, data_type
from passerby.messages import RejectionDetail


class Attribute(Tally):
    """An attribute, its type, and how often it was seen since the last drain.

    `enforced`: an enforcing dialect sent it, so it counts towards the vendor's limit per type. `regular`: its name
    violates no rule. `plain` are the Python classes whose values certainly have the type (for strings: short ones) and
    need no further check.
    """

    __slots__ = ("enforced", "plain", "regular", "type")

    def __init__(self, name: str, type_: DataType, *, enforced: bool) -> None:
        super().__init__()
        self.type = type_
        self.enforced = enforced
        self.regular = name_finding(name) is None
        # Nothing is plain for a name that violates a rule: each of its values has a finding.
        self.plain = PLAIN[type_] if self.regular else ()


class Subject:
    """An event name ("" for traits) and its attributes. Null is accepted: it sets no type and is not counted."""

    __slots__ = ("attributes", "exists", "finding", "limits", "name", "of_type", "project", "seen")

    def __init__(
        self, project: int, name: str, attributes: Mapping[str, KnownAttribute], *, exists: bool, limits: Limits
    ) -> None:
        self.project = project
        self.name = name
        self.exists = exists
        self.limits = limits
        self.finding = name_finding(name)
        self.seen = Tally()
        self.attributes = {of: Attribute(of, known.type, enforced=known.enforced) for of, known in attributes.items()}
        self.of_type = Counter(known.type for known in attributes.values() if known.enforced)

    def check(self, values: dict[str, Any], time: int, *, enforce: bool) -> Verdict:
        """Validate values, add new attributes and count accepted values.

        Nearly every value takes the loop's first branch, which is kept short for speed.
        """
        known = self.attributes
        findings: list[tuple[str, Finding]] = []
        for name, value in values.items():
            attribute, kind = known.get(name), type(value)
            if (
                attribute is not None
                and kind in attribute.plain
                and (kind is not str or len(value) < SHORTEST_DATE)
                and (attribute.enforced or not enforce)
            ):
                attribute.add(time)
            elif (finding := self._admit(name, value, time, enforce=enforce)) is not None:
                findings.append((name, finding))
        return verdict(self.name, values, findings) if findings else Verdict(False, values, (), ())  # noqa: FBT003 - speed

    def changes(self) -> Iterator[AttributeRow]:
        """Yield the attributes seen since the last drain, and reset their counts."""
        for name, attribute in self.attributes.items():
            if attribute.count:
                yield AttributeRow(
                    self.project,
                    self.name,
                    name,
                    attribute.type,
                    attribute.first,
                    attribute.last,
                    attribute.count,
                    attribute.enforced,
                )
                attribute.count = 0

    def _admit(self, name: str, value: Any, time: int, *, enforce: bool) -> Finding | None:
        """Validate a value that may violate a rule or set a type; count it where it is accepted."""
        type_, attribute = data_type(value), self.attributes.get(name)
        as_before = (
            attribute is not None
            and attribute.type == type_
            and attribute.regular
            and (type_ != "string" or len(value) < STRING_LENGTH)
            and (attribute.enforced or not enforce)
        )
        if not as_before or type_ in _SIZED:
            finding = limit_finding(name, value, self.limits)
            if finding is not None:
                return finding
        if attribute is None or not as_before:
            return self._enforce(name, value, time) if enforce else self._judge(name, value, time)
        attribute.add(time)
        return None

    def _judge(self, name: str, value: Any, time: int) -> Finding | None:
        """Accept a value within the hard limits; return the vendor's rule that it violates, if any."""
        type_, attribute = data_type(value), self.attributes.get(name)
        finding = attribute_finding(name, value)
        if type_ is not None:
            if attribute is None:
                if (full := self._full()) is not None:
                    return full
                attribute = self._learn(name, type_)
            elif attribute.type != type_:  # counted under the type of the first value, which stays until an edit
                finding = finding or _mismatch(attribute.type, type_)
            attribute.add(time)
        return finding._replace(refused=False) if finding else None

    def _enforce(self, name: str, value: Any, time: int) -> Finding | None:
        """Accept a value that violates none of the vendor's rules; else return the rule that rejects it."""
        type_, attribute = data_type(value), self.attributes.get(name)
        finding = attribute_finding(name, value)
        if finding is not None or type_ is None:
            return finding
        if attribute is not None and attribute.type != type_:
            return _mismatch(attribute.type, type_)
        if attribute is None and (full := self._full()) is not None:
            return full
        # The vendor's limit is for events. An attribute counts once an enforcing dialect has sent it: those that others
        # send to the same project must not use up the places of the vendor's clients.
        if self.name != TRAITS_OF_PROFILES and not (attribute and attribute.enforced):
            if self.of_type[type_] >= ATTRIBUTES_PER_TYPE:
                return Finding("too_many_attributes", RejectionDetail(got=type_, limit=ATTRIBUTES_PER_TYPE))
            self.of_type[type_] += 1
        attribute = attribute or self._learn(name, type_)
        attribute.enforced = True
        attribute.add(time)
        return None

    def _full(self) -> Finding | None:
        """Return the finding for a new attribute if the catalogue's limit is reached."""
        traits = self.name == TRAITS_OF_PROFILES
        most = self.limits.traits if traits else self.limits.attributes_per_event
        if len(self.attributes) < most:
            return None
        # Kept, but not catalogued: the limit protects the catalogue, and the value itself is valid.
        return Finding(CATALOGUE_FULL, RejectionDetail(limit=most), refused=False)

    def _learn(self, name: str, type_: DataType) -> Attribute:
        attribute = self.attributes[name] = Attribute(name, type_, enforced=False)
        return attribute


_SIZED = frozenset({"array", "object"})
"""Types whose values may exceed a hard limit without violating a vendor's rule."""


def _mismatch(expected: DataType, got: DataType) -> Finding:
    return Finding("type_mismatch", RejectionDetail(expected=expected, got=got))
