"""Reads the fields that are specific to each of Segment's calls, as leniently as Segment's API does.

Source: Segment, Spec: Identify, Track, Page, Screen, Group, Alias.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from passerby.catalogue.rules import NAME_LENGTH, sample
from passerby.dialects.common.values import PLAUSIBLE, WRONG_TYPE, object_of, read_id
from passerby.identity.cleaning import tidy
from passerby.messages import Identifier, Kind, Violation

PREVIOUS_ID: Final = "previous_id"
"""The namespace of an alias's `previousId`, whose own namespace is unknown (`passerby.identity.aliases`)."""

GROUP_ID: Final = "group_id"
GROUP_TRAITS: Final = "group_traits"
"""Traits with the id of the user's latest group and the traits of that group."""

MISSING: Final = "missing_field"
"""Kind of violation: an item without a required field."""
NO_CONTACT: Final = "no_contact"
"""Kind of violation: an implausible email or phone. It remains a trait."""


class Item(msgspec.Struct, frozen=True):
    """An item with its common fields read. `violations` collects violations that do not invalidate it."""

    fields: dict[str, Any]
    context: dict[str, Any]
    user_id: str
    anonymous_id: str
    violations: list[Violation]


class Fact(msgspec.Struct, frozen=True):
    """The result of reading the specific fields of an item."""

    kind: Kind
    name: str = ""
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    identifiers: tuple[Identifier, ...] = ()


def missing(field: str) -> Violation:
    """Return the violation of an item without this field."""
    return Violation(MISSING, attribute=field)


def wrong(field: str, value: Any) -> Violation:
    """Return the violation of an unreadable value of this field; "" is the item itself."""
    return Violation(WRONG_TYPE, attribute=field, sample=sample(value))


def object_or_nothing(fields: dict[str, Any], field: str, violations: list[Violation]) -> dict[str, Any]:
    """Return the object in an optional field; {} with a violation for anything else."""
    value = fields.get(field)
    found = object_of(value)
    if found is None:
        violations.append(wrong(field, value))
        return {}
    return found


def identify(item: Item) -> Fact | Violation:
    """Read the traits of a user. Some SDKs send them in the context; those of the item take precedence."""
    traits = object_of(item.fields.get("traits"))
    if traits is None:
        return wrong("traits", item.fields["traits"])
    if "traits" in item.context:  # in the context alone in RudderStack's Python SDK
        traits = object_or_nothing(item.context, "traits", item.violations) | traits
    contacts = []
    for name, is_plausible in PLAUSIBLE.items():  # contact traits have the names of their namespaces
        contact = read_id(traits.get(name))
        if contact and is_plausible(contact):
            contacts.append(Identifier(name, contact))
        elif contact != "":
            item.violations.append(Violation(NO_CONTACT, attribute=name, sample=sample(traits[name])))
    return Fact("identify", traits=traits, identifiers=tuple(contacts))


def track(item: Item) -> Fact | Violation:
    event = item.fields.get("event")
    if type(event) is not str:
        return missing("event") if event is None else wrong("event", event)
    if not event or event.isspace():
        return missing("event")  # libraries send "" for a name that their caller has not set
    properties = object_of(item.fields.get("properties"))
    return wrong("properties", item.fields["properties"]) if properties is None else Fact("track", event, properties)


def viewed(what: str, item: Item) -> Fact | Violation:
    """Read a page or screen view as an event. `name` and `category` become properties, unless properties has them.

    The event's name follows the convention of Segment's libraries: `Viewed Docs Home Page`, `Loaded a Page`. A name too
    long for the catalogue is shortened: to the page alone, then to the category, then to neither.
    """
    properties = object_of(item.fields.get("properties"))
    if properties is None:
        return wrong("properties", item.fields["properties"])
    top = {field: value for field in ("name", "category") if (value := item.fields.get(field)) is not None}
    # The event is named by the top level, the property of the same name keeps its own value.
    said = properties | top
    name, category = said.get("name"), said.get("category")
    name = name.strip() if type(name) is str else ""
    category = category.strip() if type(category) is str else ""
    for words in (f"{category} {name}" if name and category else "", name, category):
        event = f"Viewed {words} {what}"
        if words and len(event) < NAME_LENGTH:
            return Fact("track", event, top | properties)
    return Fact("track", f"Loaded a {what}", top | properties)


def group(item: Item) -> Fact | Violation:
    """Read membership in a group. The group's traits are one nested trait, because its email is not the user's."""
    group_id, traits = read_id(item.fields.get("groupId")), object_of(item.fields.get("traits"))
    if not group_id:
        return missing("groupId") if group_id == "" else wrong("groupId", item.fields["groupId"])
    if traits is None:
        return wrong("traits", item.fields["traits"])
    return Fact("identify", traits={GROUP_ID: group_id, GROUP_TRAITS: traits} if traits else {GROUP_ID: group_id})


def alias(item: Item) -> Fact | Violation | None:
    """Link `userId` to the profile of `previousId`, or without one to that of the item's `anonymousId`."""
    previous = read_id(item.fields.get("previousId"))
    if previous is None:
        return wrong("previousId", item.fields["previousId"])
    if not item.user_id:
        return missing("userId")
    if not previous and not item.anonymous_id:
        return missing("previousId")
    if previous == item.user_id or tidy(previous) == tidy(item.user_id):
        return None
    # The item's own anonymousId is among its identifiers anyway.
    is_new = previous and previous != item.anonymous_id
    return Fact("identify", identifiers=(Identifier(PREVIOUS_ID, previous),) if is_new else ())


READERS: Final[Mapping[str, Callable[[Item], Fact | Violation | None]]] = {
    "identify": identify,
    "track": track,
    "page": partial(viewed, "Page"),
    "screen": partial(viewed, "Screen"),
    "group": group,
    "alias": alias,
}
