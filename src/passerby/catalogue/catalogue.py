"""The catalogue of events and attributes, as far as one worker needs it in memory to apply the rules.

How a batch uses it: for each project, ask what `needs` loading and `load` it, then check every message in log order,
then write what `drain` gives in the batch's transaction. After a transaction that failed, `forget`.

What is applied is a function of the messages in log order alone, however they were cut into batches.

Events beyond the rules' reach are kept, because the edge has accepted them already, and only counted as violations:
an event whose name is too long (`name_too_long`) or empty (`name_missing`), or that is one name too many for its
project (`catalogue_full`), is not catalogued. Its attributes are held to the rules that need no catalogue: names and
the length of strings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from passerby.catalogue.changes import Changes, EventRow
from passerby.catalogue.rules import (
    CATALOGUE_FULL,
    EVENT_NAMES,
    TRAITS_OF_PROFILES,
    Verdict,
    attribute_finding,
    name_finding,
    verdict,
)
from passerby.catalogue.subject import Subject
from passerby.catalogue.types import DataType
from passerby.messages import Violation

MEMORY: Final = 200_000
"""How many event names and attributes are held in memory between batches before all of them are let go."""


class Catalogue:
    """The catalogue of all projects, loaded event name by event name as messages need it."""

    def __init__(self, memory: int = MEMORY) -> None:
        self._memory = memory
        self._subjects: dict[int, dict[str, Subject]] = {}
        self._sizes: dict[int, int] = {}
        self._seen: list[Subject] = []

    def needs(self, project: int, names: Iterable[str]) -> list[str]:
        """Which of these event names ("" for the traits of profiles) are to be loaded before they can be checked."""
        known = self._subjects.get(project, {})
        return [name for name in set(names) if name not in known and name_finding(name) is None]

    def needs_size(self, project: int) -> bool:
        """Whether `load_size` is to be called for this project before its events are checked."""
        return project not in self._sizes

    def load(self, project: int, name: str, attributes: Mapping[str, DataType], *, exists: bool) -> None:
        """Take what the state knows of an event name: its attributes' types, and whether the name has a row at all."""
        if name_finding(name) is None:
            self._subjects.setdefault(project, {})[name] = Subject(project, name, attributes, exists=exists)

    def load_size(self, project: int, event_names: int) -> None:
        """Take the number of event names that the state has catalogued for this project."""
        self._sizes[project] = event_names

    def forget(self) -> None:
        """Drop everything, as after a transaction that failed: the state alone knows what is true."""
        self._subjects.clear()
        self._sizes.clear()
        self._seen.clear()

    def check_event(self, project: int, name: str, properties: dict[str, Any], time: int) -> Verdict:
        """Judge an event that happened at `time` (ms). Its name must have been loaded where `needs` said so."""
        known = self._subjects.get(project)
        subject = known.get(name) if known is not None and name else None
        if subject is None:
            return _beyond(name, properties)
        if not subject.exists and not self._enlist(subject):
            return _unlisted(name, properties, CATALOGUE_FULL)
        return self._check(subject, properties, time)

    def check_traits(self, project: int, traits: dict[str, Any], time: int) -> Verdict:
        """Judge traits as of `time` (ms). The event name "" must have been loaded."""
        return self._check(self._subjects[project][TRAITS_OF_PROFILES], traits, time)

    def has_trait(self, project: int, name: str) -> bool:
        """Whether this trait is catalogued. The event name "" must have been loaded."""
        return name in self._subjects[project][TRAITS_OF_PROFILES].attributes

    def drain(self) -> Changes:
        """What was seen since the last drain, summed up. Called once a batch, at its end."""
        changes = Changes(
            events=[_event_row(subject) for subject in self._seen if subject.name != TRAITS_OF_PROFILES],
            attributes=[row for subject in self._seen for row in subject.changes()],
        )
        for subject in self._seen:
            subject.seen.count = 0
        self._seen.clear()
        if self._held() > self._memory:
            self._subjects.clear()
        return changes

    def _check(self, subject: Subject, values: dict[str, Any], time: int) -> Verdict:
        if not subject.seen.count:
            self._seen.append(subject)
        subject.seen.add(time)
        return subject.check(values, time)

    def _enlist(self, subject: Subject) -> bool:
        """Give a new event name its place in the catalogue, if there is one left."""
        size = self._sizes.get(subject.project, 0)
        if size >= EVENT_NAMES:
            return False
        self._sizes[subject.project] = size + 1
        subject.exists = True
        return True

    def _held(self) -> int:
        return sum(1 + len(subject.attributes) for known in self._subjects.values() for subject in known.values())


def _event_row(subject: Subject) -> EventRow:
    return EventRow(subject.project, subject.name, subject.seen.first, subject.seen.last, subject.seen.count)


def _beyond(name: str, properties: dict[str, Any]) -> Verdict:
    """Judge an event whose name can't be in the catalogue. Raises KeyError for a name that should have been loaded."""
    if not name:
        return _unlisted(name, properties, "name_missing")
    finding = name_finding(name)
    if finding is None:
        raise KeyError(name)
    if finding.kind == "reserved_name":
        return Verdict(ignored=True, accepted={}, rejected=(), violations=[Violation(finding.kind, name)])
    return _unlisted(name, properties, finding.kind)


def _unlisted(name: str, properties: dict[str, Any], kind: str) -> Verdict:
    findings = [
        (attribute, finding)
        for attribute, value in properties.items()
        if (finding := attribute_finding(attribute, value)) is not None
    ]
    found = verdict(name, properties, findings)
    return found._replace(violations=[Violation(kind, name), *found.violations])
