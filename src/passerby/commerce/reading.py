"""Reads the products, value and currency of a standard event with a vendor's vocabulary.

Nothing is computed or guessed: a field that the vocabulary does not name is left out. Senders write numbers as text,
omit products, or nest them one level deeper; reading never fails. What cannot be read stays among the event's
properties.

The objects of one sender mostly have the same members. So a `Plan`, which says where to look for each field, is made
once for each set of names and cached.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from passerby.catalogue.rules import STRING_LENGTH
from passerby.commerce.vocabulary import Vocabulary, Words, fold
from passerby.messages import Item, Semantic, StandardEvent

ITEMS: Final = 250
"""Products of an event that are read, at most."""
LARGEST: Final = 10**15
"""Prices, quantities and values from here on are ignored: below it a JSON number is exact for every reader."""
REMEMBERED_CHARACTERS: Final = 1_000
"""Total characters of the names of an object whose plan is cached, at most."""
REMEMBERED_PLANS: Final = 2_048
"""Size of the cache of plans; it is emptied when it is full."""

OF_ONE_PRODUCT: Final[frozenset[StandardEvent]] = frozenset({"product_viewed", "added_to_cart", "removed_from_cart"})
"""Events about one product, which may be described at the top level. A cart in them holds other products."""

PRODUCT: Final = "product"
"""The member of a line of a cart, or of an event about a product, that may be an object with the product in it."""
TYPE: Final = "type"

_NUMBER: Final = re.compile(r"[+-]?\d{1,16}(?:\.\d{1,16})?", re.ASCII)
NUMBER_LENGTH: Final = 100
"""Characters of a text that is read as a number, with white space around it."""
_CURRENCY: Final = re.compile("[A-Za-z]{3}")

_Reader = Callable[[Any], Any]
_Object = Mapping[str, Any]


class Plan(NamedTuple):
    """Where to find each field in objects with one set of member names.

    For each field, the members that may hold it, spelled as sent, the preferred one first. `item` has each field of a
    product, the function that reads it, and its members.
    """

    item: tuple[tuple[str, _Reader, Words], ...]
    lists: Words
    carts: Words
    value: Words
    currency: Words
    product: Words
    type: Words


class _Place(NamedTuple):
    """An object with its plan."""

    members: _Object
    plan: Plan


class Dictionary:
    """A vocabulary with its names folded, and the cache of plans."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.events: Final = {fold(word): name for name, words in vocabulary.events.items() for word in words}
        self.product: Final = vocabulary.product
        self._vocabulary: Final = vocabulary
        self._plans: Final = dict[Words, Plan]()

    def plan(self, thing: _Object) -> Plan:
        """Return the plan of an object with these members."""
        names = tuple(thing)
        plan = self._plans.get(names)
        if plan is not None:
            return plan
        folded = [(fold(name), name) for name in names]

        def called(words: Words) -> Words:
            return tuple(name for word in map(fold, words) for own, name in folded if own == word)

        words = self._vocabulary
        item = ((field, _READERS.get(field, _text), called(words)) for field, words in words.item.items())
        plan = Plan(
            item=tuple(part for part in item if part[2]),
            lists=called(words.lists),
            carts=called(words.carts),
            value=called(words.value),
            currency=called(words.currency),
            product=called((PRODUCT,)),
            type=called((TYPE,)),
        )
        # Clients choose the names: long ones are not cached, so they cannot fill the memory.
        if sum(map(len, names)) <= REMEMBERED_CHARACTERS:
            if len(self._plans) >= REMEMBERED_PLANS:
                self._plans.clear()
            self._plans[names] = plan
        return plan


def read(name: StandardEvent, properties: _Object, words: Dictionary) -> Semantic:
    """Return the standard event of this name that the properties describe."""
    top = _Place(properties, words.plan(properties))
    single = name in OF_ONE_PRODUCT
    if single and not top.plan.lists and not any(type(properties[inner]) is dict for inner in top.plan.product):
        return _flat(name, top)
    places, bare = [top], None
    if top.plan.carts and not single:  # of an event about one product, the cart holds other products
        for cart in (properties[name] for name in top.plan.carts):
            if type(cart) is dict:
                places.append(_Place(cart, words.plan(cart)))
            elif type(cart) is list and bare is None:
                bare = cart
    # The products of the first list that has some: repeated in the cart, they would be counted twice.
    lines: list[_Place] = []
    for members, plan in places:
        for field in plan.lists:
            lines = lines or _listed(members[field], words)
    if bare is not None and not lines:
        lines = _listed(bare, words)
    items = [item for line in lines if (item := _item(line)) is not None]
    if single and not items and (item := _item(_nested(top, words))) is not None:
        items = [item]
    value = currency = None
    for members, plan in places:
        value = _first(members, plan.value, _number) if value is None else value
        currency = currency or _first(members, plan.currency, _currency)
    return Semantic(name=name, items=items, value=value, currency=currency or _common_currency(lines))


def _flat(name: StandardEvent, top: _Place) -> Semantic:
    """Fast path for an event about one product with all of its fields at the top level."""
    members, plan = top
    item = _item(top)
    value, currency = _first(members, plan.value, _number), _first(members, plan.currency, _currency)
    return Semantic(name=name, items=[] if item is None else [item], value=value, currency=currency)


def _listed(value: Any, words: Dictionary) -> list[_Place]:
    """Return the products in a list, or in an object that is sent in place of a list of one."""
    listed = [value] if type(value) is dict else value if type(value) is list else []
    lines = [_nested(_Place(line, words.plan(line)), words) for line in listed[:ITEMS] if type(line) is dict]
    if not words.product:
        return lines
    return [line for line in lines if all(line.members[name] == words.product for name in line.plan.type)]


def _nested(line: _Place, words: Dictionary) -> _Place:
    """Return a line merged with the product that may be an object within it."""
    for name in line.plan.product:
        inner = line.members[name]
        if type(inner) is dict:
            joined = {**line.members, **inner}
            return _Place(joined, words.plan(joined))
    return line


def _item(line: _Place) -> Item | None:
    """Return the product of a line; None where the line does not identify it."""
    members = line.members
    said = {}
    for field, reader, names in line.plan.item:
        for name in names:
            value = reader(members[name])
            if value is not None:
                said[field] = value
                break
    return Item(**said) if "id" in said or "sku" in said or "name" in said else None


def _first(members: _Object, names: Words, reader: _Reader) -> Any:
    """Return the first of these members that can be read."""
    for name in names:
        value = reader(members[name])
        if value is not None:
            return value
    return None


def _common_currency(lines: Sequence[_Place]) -> str | None:
    """Return the currency of the products where all of them have the same: a value has only one."""
    said = {_first(members, plan.currency, _currency) for members, plan in lines}
    return said.pop() if len(said) == 1 else None


def _text(value: Any) -> str | None:
    if type(value) is str:
        return value if value and len(value) < STRING_LENGTH and not value.isspace() else None
    return str(value) if type(value) is int and abs(value) < LARGEST else None


def _number(value: Any) -> int | float | None:
    if type(value) is str:
        # By length first: a client could send megabytes of blanks.
        text = value.strip() if len(value) <= NUMBER_LENGTH else ""
        if not _NUMBER.fullmatch(text):
            return None
        value = float(text) if "." in text else int(text)
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        return value if abs(value) < LARGEST else None
    return None


def _currency(value: Any) -> str | None:
    """A code of three letters, as ISO 4217 has them, in capitals."""
    return value.upper() if type(value) is str and _CURRENCY.fullmatch(value) else None


_READERS: Final[Mapping[str, _Reader]] = {"price": _number, "quantity": _number}
"""The fields of a product that are numbers."""
