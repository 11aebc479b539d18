"""The worker's in-memory cache of the catalogue, which validates events and traits.

A batch uses it as follows: for each project, `load` what `needs` returns, check every message in log order, and write
the result of `drain` in the batch's transaction. After a failed transaction, call `forget`.

The result depends only on the messages in log order, not on how they were cut into batches.

An event is kept even if the catalogue cannot hold its name, and counted as a violation: a name that exceeds
the hard limit (`name_too_long`), an empty one (`name_missing`), or one name too many for its project
(`catalogue_full`). Its attributes are checked with the rules that need no catalogue.
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
"""Event names and attributes that are cached between batches; beyond it, the whole cache is dropped."""


class Catalogue:
    """The catalogue of all projects, loaded by event name on demand."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, memory: int = MEMORY) -> None:
        self.limits = limits
        self._memory = memory
        self._subjects: dict[int, dict[str, Subject]] = {}
        self._sizes: dict[int, int] = {}
        self._aliases: dict[int, Aliases | None] = {}
        self._seen: list[Subject] = []

    def needs(self, project: int, names: Iterable[str]) -> list[str]:
        """Return the event names ("" for traits of profiles) that must be loaded before they can be checked."""
        known = self._subjects.get(project, {})
        return [name for name in set(names) if name not in known and self._fits(name)]

    def needs_size(self, project: int) -> bool:
        """Return whether `load_size` must be called for this project before its events are checked."""
        return project not in self._sizes

    def load(self, project: int, name: str, attributes: Mapping[str, KnownAttribute], *, exists: bool) -> None:
        """Load the attributes of an event name; `exists`: the state has a row for the name."""
        if self._fits(name):
            subject = Subject(project, name, attributes, exists=exists, limits=self.limits)
            self._subjects.setdefault(project, {})[name] = subject

    def needs_aliases(self, project: int) -> bool:
        """Return whether `load_aliases` must be called for this project before its messages are checked."""
        return project not in self._aliases

    def load_aliases(self, project: int, aliases: Aliases) -> None:
        """Load the merged spellings of a project."""
        # None where there are none, so that the worker skips the renaming of every message.
        self._aliases[project] = aliases if aliases.rows else None

    def aliases(self, project: int) -> Aliases | None:
        """Return the merged spellings of a project; the caller renames its messages before they are checked."""
        return self._aliases[project]

    def load_size(self, project: int, event_names: int) -> None:
        """Load the number of catalogued event names of a project."""
        self._sizes[project] = event_names

    def forget(self) -> None:
        """Drop the cache, after a failed transaction or an edit: only the state is authoritative."""
        self._subjects.clear()
        self._sizes.clear()
        self._aliases.clear()
        self._seen.clear()

    def check_event(
        self, project: int, name: str, properties: dict[str, Any], time: int, *, enforce: bool = False
    ) -> Verdict:
        """Validate an event that happened at `time` (ms). Its name must have been loaded if `needs` returned it.

        `enforce`: its dialect enforces the vendor's rules.
        """
        known = self._subjects.get(project)
        subject = known.get(name) if known is not None and name else None
        if subject is None:
            if name and self._fits(name):  # a bug of the caller: unchecked, the event would bypass the catalogue
                raise KeyError(name)
            return self._unlisted(name, properties, "name_too_long" if name else "name_missing", enforce=enforce)
        if subject.finding is not None and enforce and name.startswith(RESERVED_PREFIX):
            # As the vendor does: the prefix is reserved for its own events.
            return Verdict(True, {}, (), [Violation(subject.finding.kind, name)])  # noqa: FBT003 - as the tuple has it
        if not subject.exists:
            size = self._sizes.get(project, 0)
            if size >= self.limits.event_names:
                return self._unlisted(name, properties, CATALOGUE_FULL, enforce=enforce)
            self._sizes[project] = size + 1
            subject.exists = True
        found = self._check(subject, properties, time, enforce=enforce)
        if subject.finding is None:
            return found
        return found._replace(violations=[Violation(subject.finding.kind, name), *found.violations])

    def check_traits(self, project: int, traits: dict[str, Any], time: int, *, enforce: bool = False) -> Verdict:
        """Validate traits as of `time` (ms). The event name "" must have been loaded."""
        return self._check(self._subjects[project][TRAITS_OF_PROFILES], traits, time, enforce=enforce)

    def has_trait(self, project: int, name: str) -> bool:
        """Return whether a trait is catalogued. The event name "" must have been loaded."""
        return name in self._subjects[project][TRAITS_OF_PROFILES].attributes

    def drain(self) -> Changes:
        """Return the sums since the last call, and reset them. Called at the end of each batch."""
        changes = Changes(
            events=[
                EventRow(subject.project, subject.name, subject.seen.first, subject.seen.last, subject.seen.count)
                for subject in self._seen
                if subject.name != TRAITS_OF_PROFILES
            ],
            attributes=[row for subject in self._seen for row in subject.changes()],
        )
        for subject in self._seen:
            subject.seen.count = 0
        self._seen.clear()
        # After the sums were taken: between batches the cache may be dropped as a whole, and is loaded again on demand.
        cached = (subject for known in self._subjects.values() for subject in known.values())
        if sum(1 + len(subject.attributes) for subject in cached) > self._memory:
            self._subjects.clear()
        return changes

    def _check(self, subject: Subject, values: dict[str, Any], time: int, *, enforce: bool) -> Verdict:
        if not subject.seen.count:  # the first of this batch: `drain` visits these, not the whole cache
            self._seen.append(subject)
        subject.seen.add(time)
        return subject.check(values, time, enforce=enforce)

    def _fits(self, name: str) -> bool:
        return len(name) <= self.limits.name_characters

    def _unlisted(self, name: str, properties: dict[str, Any], kind: str, *, enforce: bool) -> Verdict:
        """Validate an event whose name the catalogue does not hold, which is a violation of this kind."""
        findings = []
        for attribute, value in properties.items():
            finding = limit_finding(attribute, value, self.limits)
            # Only an enforcing dialect rejects what violates a vendor's rule; a hard limit rejects in every dialect.
            if finding is None and (broken := attribute_finding(attribute, value)) is not None:
                finding = broken._replace(refused=enforce)
            if finding is not None:
                findings.append((attribute, finding))
        found = verdict(name, properties, findings)
        return found._replace(violations=[Violation(kind, name), *found.violations])
