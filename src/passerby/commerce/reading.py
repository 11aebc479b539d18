"""Reads an event in a vocabulary. Nothing is worked out or guessed: what is not said in its words is left out.

Senders write numbers as text, leave products out, or put them one level deeper; whatever else they do, reading never
fails. What cannot be read stays where it was sent, among the event's properties.

One sender's objects mostly have the same members, so where to look for what is worked out once for each set of names:
that is what a `Plan` holds.
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
"""The most products of an event that are read."""
LARGEST: Final = 10**15
"""No price, quantity or value is as large: up to here a JSON number is exact wherever it is read."""
REMEMBERED_CHARACTERS: Final = 1_000
"""Plans are remembered for objects whose names are no longer in all."""
REMEMBERED_PLANS: Final = 2_048
"""So many are remembered; then remembering begins again."""

OF_ONE_PRODUCT: Final[frozenset[StandardEvent]] = frozenset({"product_viewed", "added_to_cart", "removed_from_cart"})
"""The facts about a product, which may be described at the top of the event. A cart beside it holds other products."""

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
    """Where an object with certain names has what: names as sent, the one to be preferred first."""

    item: tuple[tuple[str, _Reader, Words], ...]
    lists: Words
    carts: Words
    value: Words
    currency: Words
    product: Words
    type: Words


class _Place(NamedTuple):
    """An object, and where it has what."""

    members: _Object
    plan: Plan


class Dictionary:
    """A vocabulary, made ready for reading."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.events: Final = {fold(word): name for name, words in vocabulary.events.items() for word in words}
        self.product: Final = vocabulary.product
        self._vocabulary: Final = vocabulary
        self._plans: Final = dict[Words, Plan]()

    def plan(self, thing: _Object) -> Plan:
        """Where this object has what."""
        names = tuple(thing)
        return self._plans.get(names) or self._remember(names)

    def _remember(self, names: Words) -> Plan:
        plan = self._make(names)
        if sum(map(len, names)) <= REMEMBERED_CHARACTERS:
            if len(self._plans) >= REMEMBERED_PLANS:
                self._plans.clear()
            self._plans[names] = plan
        return plan

    def _make(self, names: Words) -> Plan:
        folded = [(fold(name), name) for name in names]

        def called(words: Words) -> Words:
            return tuple(name for word in map(fold, words) for own, name in folded if own == word)

        words = self._vocabulary
        item = ((field, _READERS.get(field, _text), called(words)) for field, words in words.item.items())
        return Plan(
            item=tuple(part for part in item if part[2]),
            lists=called(words.lists),
            carts=called(words.carts),
            value=called(words.value),
            currency=called(words.currency),
            product=called((PRODUCT,)),
            type=called((TYPE,)),
        )


def read(name: StandardEvent, properties: _Object, words: Dictionary) -> Semantic:
    """What an event of this meaning says in these words."""
    top = _Place(properties, words.plan(properties))
    single = name in OF_ONE_PRODUCT
    if single and not top.plan.lists and not any(type(properties[inner]) is dict for inner in top.plan.product):
        return _flat(name, top)
    places = [top] if single or not top.plan.carts else [top, *_carts(top, words)]
    lines = _lines(places, words)
    if not lines and not single:
        lines = _bare_cart(top, words)
    items = [item for line in lines if (item := _item(line)) is not None]
    if single and not items and (item := _item(_nested(top, words))) is not None:
        items = [item]
    value = currency = None
    for members, plan in places:
        value = _first(members, plan.value, _number) if value is None else value
        currency = currency or _first(members, plan.currency, _currency)
    return Semantic(name=name, items=items, value=value, currency=currency or _common_currency(lines))


def _flat(name: StandardEvent, top: _Place) -> Semantic:
    """The everyday event about one product, all of whose fields stand at the top."""
    members, plan = top
    item = _item(top)
    value, currency = _first(members, plan.value, _number), _first(members, plan.currency, _currency)
    return Semantic(name=name, items=[] if item is None else [item], value=value, currency=currency)


def _carts(top: _Place, words: Dictionary) -> list[_Place]:
    """The objects with what is in the cart or order."""
    carts = (top.members[name] for name in top.plan.carts)
    return [_Place(cart, words.plan(cart)) for cart in carts if type(cart) is dict]


def _lines(places: Sequence[_Place], words: Dictionary) -> list[_Place]:
    """The products that an event is about: the first list that holds some."""
    for members, plan in places:
        for name in plan.lists:
            if found := _listed(members[name], words):
                return found
    return []


def _bare_cart(top: _Place, words: Dictionary) -> list[_Place]:
    """The products in a cart that is the list itself."""
    for name in top.plan.carts:
        if type(top.members[name]) is list:
            return _listed(top.members[name], words)
    return []


def _listed(value: Any, words: Dictionary) -> list[_Place]:
    """The products in a list, or in an object in place of a list of one."""
    listed = [value] if type(value) is dict else value if type(value) is list else []
    lines = [_nested(_Place(line, words.plan(line)), words) for line in listed[:ITEMS] if type(line) is dict]
    if not words.product:
        return lines
    return [line for line in lines if all(line.members[name] == words.product for name in line.plan.type)]


def _nested(line: _Place, words: Dictionary) -> _Place:
    """A line with the members of the product that may be an object within it."""
    for name in line.plan.product:
        inner = line.members[name]
        if type(inner) is dict:
            joined = {**line.members, **inner}
            return _Place(joined, words.plan(joined))
    return line


def _item(line: _Place) -> Item | None:
    """The product that a line is about; None where it does not say which."""
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
    """The first of these members that can be read."""
    for name in names:
        value = reader(members[name])
        if value is not None:
            return value
    return None


def _common_currency(lines: Sequence[_Place]) -> str | None:
    """The currency of all products, where each says the same."""
    said = {_first(members, plan.currency, _currency) for members, plan in lines}
    return said.pop() if len(said) == 1 else None


def _text(value: Any) -> str | None:
    if type(value) is str:
        return value if value and len(value) < STRING_LENGTH and not value.isspace() else None
    return str(value) if type(value) is int and abs(value) < LARGEST else None


def _number(value: Any) -> int | float | None:
    if type(value) is str:
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
