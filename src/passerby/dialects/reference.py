"""Generates the reference of standard events, `docs/reference/semantics.md`.

`python -m passerby.dialects.reference` prints it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Final, get_args

from passerby.commerce.reading import ITEMS, OF_ONE_PRODUCT
from passerby.commerce.vocabulary import Vocabulary, Words
from passerby.dialects import registry
from passerby.dialects.commerce import VOCABULARIES
from passerby.messages import Item, StandardEvent

MEANINGS: Final[dict[StandardEvent, str]] = {
    "product_viewed": "a user viewed a product",
    "added_to_cart": "a product was added to the cart",
    "removed_from_cart": "a product was removed from the cart",
    "cart_viewed": "a user viewed the cart",
    "searched": "a user searched for products",
    "checkout_started": "a user started the checkout",
    "promotion_used": "a coupon or promotion code was applied",
    "purchased": "an order was placed",
}

_REFERENCE = """\
# Standard events

Each vendor has its own names for the events of a shop. Passerby stores the name and properties of an event as they were
sent and adds the standard event as `semantic`, in the same form for every dialect. It is null for any other event.

```json
{{
  "name": "purchased",
  "items": [{{"id": "SKU-001", "name": "Running Shoes", "price": 100, "quantity": 1}}],
  "value": 100,
  "currency": "USD"
}}
```

| field | content |
|---|---|
| `name` | one of the standard events below |
| `items` | the products of the event, at most {items} |
| `value` | the value of the event as sent, for an order its total. Never computed |
| `currency` | ISO 4217 code in upper case; from the products if only they have one and all have the same |

An item has those of the fields {item} that
were sent, and at least one of `id`, `sku` and `name`.

`GET /v1/profiles/{{profile_id}}/events?semantic=purchased` filters the events of a profile by standard event.

| `name` | description | {titles} |
|---|---|{rules}|
{facts}

Names of events and fields are compared ignoring case, spaces, underscores, dashes and dots: `Added to Cart` is
`added_to_cart`. Only the names of the dialect that the event was sent in are recognised. Numbers may be sent as text
(`"39.80"`, not `"39,80"`). A value of another type is omitted here and remains in the properties.

## Source fields

{vocabularies}
"""

_VOCABULARY = """\
### {title}

Source: {source}.

| field | read from the first of |
|---|---|
{rows}
"""


def reference() -> str:
    """Return the reference as Markdown."""
    return _REFERENCE.format(
        items=ITEMS,
        item=", ".join(f"`{field}`" for field in Item.__struct_fields__),
        titles=" | ".join(registry.NAMED[dialect].title for dialect in VOCABULARIES),
        rules="|".join("---" for _ in VOCABULARIES),
        facts="\n".join(
            f"| `{name}` | {MEANINGS[name]} | "
            f"{' | '.join(_listed(words.events.get(name, ())) for words in VOCABULARIES.values())} |"
            for name in get_args(StandardEvent)
        ),
        vocabularies="\n".join(
            _VOCABULARY.format(title=registry.NAMED[name].title, source=words.source, rows="\n".join(_rows(words)))
            for name, words in VOCABULARIES.items()
        ).rstrip(),
    )


def _rows(words: Vocabulary) -> Iterable[str]:
    lists = f"{_listed(words.lists)}; the same fields within {_listed(words.carts)}"
    if words.product:
        lists += f"; of objects with a `type`, those with `{words.product}`"
    yield f"| `items` | {lists} |"
    one = ", ".join(f"`{name}`" for name in MEANINGS if name in OF_ONE_PRODUCT)
    yield f"| the product of {one} | such a list at the top level, `product`, or the top level itself; never a cart |"
    for field, names in words.item.items():
        yield f"| `{field}` of a product | {_listed(names)} |"
    yield f"| `value` | {_listed(words.value)} |"
    yield f"| `currency` | {_listed(words.currency)} |"


def _listed(words: Words) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    sys.stdout.write(reference())
