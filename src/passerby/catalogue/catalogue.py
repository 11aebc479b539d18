"""The catalogue of events and attributes, as far as one worker needs it in memory to apply the rules.

How a batch uses it: for each project, ask what `needs` loading and `load` it, then check every message in log order,
then write what `drain` gives in the batch's transaction. After a transaction that failed, `forget`.

What is applied is a function of the messages in log order alone, however they were cut into batches.

An event is kept even where the catalogue has no place for its name, and counted as a violation: a name that exceeds
the hard limit (`name_too_long`), an empty one (`name_missing`), or one name too many for its project
(`catalogue_full`). Its attributes are held to the rules that need no catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from passerby.catalogue.aliases import Aliases
from passerby.catalogue.changes import Changes, EventRow, KnownAttribute
from passerby.catalogue.rules import (
    CATALOGUE_FULL,
    DEFAULT_LIMITS,
    RESERVED_PREFIX,
    TRAITS_OF_PROFILES,
    Limits,
    Verdict,
    attribute_finding,
    limit_finding,
    verdict,
)
from passerby.catalogue.subject import Subject
from passerby.messages import Violation

MEMORY: Final = 200_000
"""How many event names and attributes are held in memory between batches before all of them are let go."""


class Catalogue:
    """The catalogue of all projects, loaded event name by event name as messages need it."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, memory: int = MEMORY) -> None:
        self.limits = limits
        self._memory = memory
        self._subjects: dict[int, dict[str, Subject]] = {}
        self._sizes: dict[int, int] = {}
        self._aliases: dict[int, Aliases | None] = {}
        self._seen: list[Subject] = []

    def needs(self, project: int, names: Iterable[str]) -> list[str]:
        """Which of these event names ("" for the traits of profiles) are to be loaded before they can be checked."""
        known = self._subjects.get(project, {})
        return [name for name in set(names) if name not in known and self._fits(name)]

    def needs_size(self, project: int) -> bool:
        """Whether `load_size` is to be called for this project before its events are checked."""
        return project not in self._sizes

    def load(self, project: int, name: str, attributes: Mapping[str, KnownAttribute], *, exists: bool) -> None:
        """Take what the state knows of an event name: its attributes, and whether the name has a row at all."""
        if self._fits(name):
            subject = Subject(project, name, attributes, exists=exists, limits=self.limits)
            self._subjects.setdefault(project, {})[name] = subject

    def needs_aliases(self, project: int) -> bool:
        """Whether `load_aliases` is to be called for this project before anything of it is checked."""
        return project not in self._aliases

    def load_aliases(self, project: int, aliases: Aliases) -> None:
        """Take the merged spellings of a project."""
        self._aliases[project] = aliases if aliases.rows else None

    def aliases(self, project: int) -> Aliases | None:
        """The merged spellings of a project, by which its messages are to be renamed before they are checked."""
        return self._aliases[project]

    def load_size(self, project: int, event_names: int) -> None:
        """Take the number of event names that the state has catalogued for this project."""
        self._sizes[project] = event_names

    def forget(self) -> None:
        """Drop everything, as after a transaction that failed or an edit: the state alone knows what is true."""
        self._subjects.clear()
        self._sizes.clear()
        self._aliases.clear()
        self._seen.clear()

    def check_event(
        self, project: int, name: str, properties: dict[str, Any], time: int, *, enforce: bool = False
    ) -> Verdict:
        """Judge an event that happened at `time` (ms). Its name must have been loaded where `needs` said so.

        `enforce`: its dialect is one that enforces the vendor's rules.
        """
        known = self._subjects.get(project)
        subject = known.get(name) if known is not None and name else None
        if subject is None:
            return self._beyond(name, properties, enforce=enforce)
        if subject.finding is not None and enforce and name.startswith(RESERVED_PREFIX):
            return Verdict(True, {}, (), [Violation(subject.finding.kind, name)])  # noqa: FBT003 - as the tuple has it
        if not subject.exists and not self._enlist(subject):
            return self._unlisted(name, properties, CATALOGUE_FULL, enforce=enforce)
        found = self._check(subject, properties, time, enforce=enforce)
        if subject.finding is None:
            return found
        return found._replace(violations=[Violation(subject.finding.kind, name), *found.violations])

    def check_traits(self, project: int, traits: dict[str, Any], time: int, *, enforce: bool = False) -> Verdict:
        """Judge traits as of `time` (ms). The event name "" must have been loaded."""
        return self._check(self._subjects[project][TRAITS_OF_PROFILES], traits, time, enforce=enforce)

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

    def _check(self, subject: Subject, values: dict[str, Any], time: int, *, enforce: bool) -> Verdict:
        if not subject.seen.count:
            self._seen.append(subject)
        subject.seen.add(time)
        return subject.check(values, time, enforce=enforce)

    def _enlist(self, subject: Subject) -> bool:
        """Give a new event name its place in the catalogue, if there is one left."""
        size = self._sizes.get(subject.project, 0)
        if size >= self.limits.event_names:
            return False
        self._sizes[subject.project] = size + 1
        subject.exists = True
        return True

    def _held(self) -> int:
        return sum(1 + len(subject.attributes) for known in self._subjects.values() for subject in known.values())

    def _fits(self, name: str) -> bool:
        return len(name) <= self.limits.name_characters

    def _beyond(self, name: str, properties: dict[str, Any], *, enforce: bool) -> Verdict:
        """Judge an event whose name can't be in the catalogue. Raises KeyError for one that should have been loaded."""
        if name and self._fits(name):
            raise KeyError(name)
        return self._unlisted(name, properties, "name_too_long" if name else "name_missing", enforce=enforce)

    def _unlisted(self, name: str, properties: dict[str, Any], kind: str, *, enforce: bool) -> Verdict:
        findings = []
        for attribute, value in properties.items():
            finding = limit_finding(attribute, value, self.limits)
            if finding is None and (broken := attribute_finding(attribute, value)) is not None:
                finding = broken._replace(refused=enforce)
            if finding is not None:
                findings.append((attribute, finding))
        found = verdict(name, properties, findings)
        return found._replace(violations=[Violation(kind, name), *found.violations])


def _event_row(subject: Subject) -> EventRow:
    return EventRow(subject.project, subject.name, subject.seen.first, subject.seen.last, subject.seen.count)
