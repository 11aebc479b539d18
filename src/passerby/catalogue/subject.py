"""What is known of the attributes of one event name, or of the traits of a project's profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from passerby.catalogue.changes import AttributeRow, Tally
from passerby.catalogue.rules import (
    ATTRIBUTES_PER_TYPE,
    CATALOGUE_FULL,
    STRING_LENGTH,
    TRAITS,
    TRAITS_OF_PROFILES,
    Finding,
    Verdict,
    attribute_finding,
    verdict,
)
from passerby.catalogue.types import PLAIN, SHORTEST_DATE, DataType, data_type


class Attribute(Tally):
    """An attribute, the type that its first value fixed, and how often it was seen since the last drain.

    `plain` are the classes whose values are of that type at first sight (short texts, where it is text).
    """

    __slots__ = ("plain", "type")

    def __init__(self, type_: DataType) -> None:
        super().__init__()
        self.type = type_
        self.plain = PLAIN[type_]


class Subject:
    """An event name ("" for traits) and its attributes. A null passes: it fixes no type and is not counted."""

    __slots__ = ("attributes", "exists", "name", "of_type", "project", "seen")

    def __init__(self, project: int, name: str, attributes: Mapping[str, DataType], *, exists: bool) -> None:
        self.project = project
        self.name = name
        self.exists = exists
        self.seen = Tally()
        self.attributes = {attribute: Attribute(type_) for attribute, type_ in attributes.items()}
        self.of_type = Counter(attributes.values())

    def check(self, values: dict[str, Any], time: int) -> Verdict:
        """Judge these values, learn the attributes that are new and count what is accepted.

        The loop's first branch is the way of nearly every value and is kept short for that reason.
        """
        known = self.attributes
        findings: list[tuple[str, Finding]] = []
        for name, value in values.items():
            attribute, kind = known.get(name), type(value)
            if attribute is not None and kind in attribute.plain and (kind is not str or len(value) < SHORTEST_DATE):
                attribute.add(time)
            elif (finding := self._admit(name, value, time)) is not None:
                findings.append((name, finding))
        return verdict(self.name, values, findings) if findings else Verdict(False, values, (), ())  # noqa: FBT003 - speed

    def changes(self) -> Iterator[AttributeRow]:
        """The attributes seen since the last drain, which this is."""
        for name, attribute in self.attributes.items():
            if attribute.count:
                yield AttributeRow(
                    self.project, self.name, name, attribute.type, attribute.first, attribute.last, attribute.count
                )
                attribute.count = 0

    def _admit(self, name: str, value: Any, time: int) -> Finding | None:
        type_, attribute = data_type(value), self.attributes.get(name)
        if attribute is not None and attribute.type == type_ and (type_ != "string" or len(value) < STRING_LENGTH):
            attribute.add(time)
            return None
        finding = attribute_finding(name, value)
        if finding is not None or type_ is None:
            return finding
        if attribute is not None:
            return Finding("type_mismatch", f"expected {attribute.type}, got {type_}")
        finding = self._full(type_)
        if finding is None:
            self._learn(name, type_, time)
        return finding

    def _full(self, type_: DataType) -> Finding | None:
        if self.name == TRAITS_OF_PROFILES:
            full = len(self.attributes) >= TRAITS
            return Finding(CATALOGUE_FULL, f"{TRAITS} traits are known already", refused=False) if full else None
        full = self.of_type[type_] >= ATTRIBUTES_PER_TYPE
        return (
            Finding("too_many_attributes", f"the event has {ATTRIBUTES_PER_TYPE} of type {type_} already")
            if full
            else None
        )

    def _learn(self, name: str, type_: DataType, time: int) -> None:
        attribute = self.attributes[name] = Attribute(type_)
        attribute.add(time)
        self.of_type[type_] += 1
