"""Reads the fields that are specific to each of Segment's calls.

Source: Segment, Spec: Identify, Track, Page, Screen, Group, Alias.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from passerby.catalogue.rules import NAME_LENGTH, sample
from passerby.dialects.common.ids import read_id
from passerby.dialects.segment.fields import missing, object_of, object_or_nothing, wrong
from passerby.identity.cleaning import tidy
from passerby.messages import Identifier, Kind, Violation

PREVIOUS_ID: Final = "previous_id"
"""The namespace of an alias's `previousId`, whose own namespace is unknown (`passerby.identity.aliases`)."""

GROUP_ID: Final = "group_id"
GROUP_TRAITS: Final = "group_traits"
"""Traits with the id of the user's latest group and the traits of that group."""

PHONE_DIGITS: Final = 5
"""No telephone number has fewer."""

NO_CONTACT: Final = "no_contact"
"""Kind of violation: an implausible email or phone. It remains a trait."""


class Item(msgspec.Struct, frozen=True):
    """An item with its common fields read. `odd` collects violations that do not invalidate it."""

    fields: dict[str, Any]
    context: dict[str, Any]
    user_id: str
    anonymous_id: str
    odd: list[Violation]


class Fact(msgspec.Struct, frozen=True):
    """The result of reading the specific fields of an item."""

    kind: Kind
    name: str = ""
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    identifiers: tuple[Identifier, ...] = ()


def _identify(item: Item) -> Fact | Violation:
    """Read the traits of a user. Some SDKs send them in the context; those of the item take precedence."""
    traits = object_of(item.fields.get("traits"))
    if traits is None:
        return wrong("traits", item.fields["traits"])
    if "traits" in item.context:
        traits = object_or_nothing(item.context, "traits", item.odd) | traits
    contacts = [Identifier(name, value) for name in _PLAUSIBLE if (value := _contact(traits, name, item.odd))]
    return Fact("identify", traits=traits, identifiers=tuple(contacts))


def _contact(traits: dict[str, Any], name: str, odd: list[Violation]) -> str:
    """The contact identifier in a trait, or ""."""
    contact = read_id(traits.get(name))
    if contact and _PLAUSIBLE[name](contact):
        return contact
    if contact != "":
        odd.append(Violation(NO_CONTACT, attribute=name, sample=sample(traits[name])))
    return ""


_PLAUSIBLE: Final[Mapping[str, Callable[[str], bool]]] = {
    "email": lambda value: "@" in value,
    "phone": lambda value: sum(map(str.isdigit, value)) >= PHONE_DIGITS,
}
"""Contact traits, which are also namespaces, with a plausibility check: a placeholder that many users have as their
contact would merge their profiles."""


def _track(item: Item) -> Fact | Violation:
    event = item.fields.get("event")
    if type(event) is not str:
        return missing("event") if event is None else wrong("event", event)
    if not event or event.isspace():
        return missing("event")
    properties = object_of(item.fields.get("properties"))
    return wrong("properties", item.fields["properties"]) if properties is None else Fact("track", event, properties)


def _viewed(what: str, item: Item) -> Fact | Violation:
    """Read a page or screen view as an event. `name` and `category` become properties, unless properties has them."""
    properties = object_of(item.fields.get("properties"))
    if properties is None:
        return wrong("properties", item.fields["properties"])
    beside = {field: value for field in ("name", "category") if (value := item.fields.get(field)) is not None}
    return Fact("track", _viewed_name(what, properties | beside), beside | properties)


def _viewed_name(what: str, said: dict[str, Any]) -> str:
    """Return the event name by the convention of Segment's libraries: `Viewed Docs Home Page`, `Loaded a Page`.

    A name too long for the catalogue is shortened: to the page alone, then to the category, then to neither.
    """
    name, category = _words(said.get("name")), _words(said.get("category"))
    for words in (f"{category} {name}" if name and category else "", name, category):
        event = f"Viewed {words} {what}"
        if words and len(event) < NAME_LENGTH:
            return event
    return f"Loaded a {what}"


def _words(value: Any) -> str:
    return value.strip() if type(value) is str else ""


def _group(item: Item) -> Fact | Violation:
    """Read membership in a group. The group's traits are one nested trait, because its email is not the user's."""
    group_id, traits = read_id(item.fields.get("groupId")), object_of(item.fields.get("traits"))
    if not group_id:
        return missing("groupId") if group_id == "" else wrong("groupId", item.fields["groupId"])
    if traits is None:
        return wrong("traits", item.fields["traits"])
    return Fact("identify", traits={GROUP_ID: group_id, GROUP_TRAITS: traits} if traits else {GROUP_ID: group_id})


def _alias(item: Item) -> Fact | Violation | None:
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
    is_new = previous and previous != item.anonymous_id
    return Fact("identify", identifiers=(Identifier(PREVIOUS_ID, previous),) if is_new else ())


READERS: Final[Mapping[str, Callable[[Item], Fact | Violation | None]]] = {
    "identify": _identify,
    "track": _track,
    "page": partial(_viewed, "Page"),
    "screen": partial(_viewed, "Screen"),
    "group": _group,
    "alias": _alias,
}
