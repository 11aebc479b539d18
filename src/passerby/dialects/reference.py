"""Reference page of the standard events: the Markdown of `docs/reference/semantics.md`.

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
    "product_viewed": "somebody looked at a product",
    "added_to_cart": "a product went into the cart",
    "removed_from_cart": "a product was taken out of the cart",
    "cart_viewed": "somebody looked at the cart",
    "searched": "somebody searched for products",
    "checkout_started": "somebody began to order what is in the cart",
    "promotion_used": "a coupon or promotion code was applied",
    "purchased": "an order was placed",
}

_REFERENCE = """\
# What events mean

Every vendor has names of its own for what happens in a shop. Passerby keeps an event's name and properties as they were
sent, and beside them what it means: `semantic`, the same for every dialect. It is null for an event that is none of
these facts.

```json
{{
  "name": "purchased",
  "items": [{{"id": "SKU-001", "name": "Running Shoes", "price": 100, "quantity": 1}}],
  "value": 100,
  "currency": "USD"
}}
```

| member | what it holds |
|---|---|
| `name` | one of the names below |
| `items` | the products that the event is about, at most {items} |
| `value` | what the event was worth as its sender says: of an order its total. Never worked out |
| `currency` | the code of three letters in capitals; where only the products say it, and all the same, theirs |

Of an item there are as many of {item} as were
said, and at least one of `id`, `sku` and `name`.

`GET /v1/profiles/{{profile_id}}/events?semantic=purchased` asks for a profile's events by it.

| `name` | what happened | {titles} |
|---|---|{rules}|
{facts}

Names of events and fields are compared without regard to case, blanks, underscores, dashes and dots: `Added to Cart` is
`added_to_cart`. An event means something only in the words of the dialect that it came in. Numbers may be sent as text
(`"39.80"`, not `"39,80"`); what cannot be read as what it should be is left out here, and stays among the properties.

## Where it is read from

{vocabularies}
"""

_VOCABULARY = """\
### {title}

Source: {source}.

| what | is read from the first of |
|---|---|
{rows}
"""


def reference() -> str:
    """The reference's text."""
    return _REFERENCE.format(
        items=ITEMS,
        item=", ".join(f"`{field}`" for field in Item.__struct_fields__),
        titles=" | ".join(registry.NAMED[dialect].title for dialect in VOCABULARIES),
        rules="|".join("---" for _ in VOCABULARIES),
        facts="\n".join(map(_fact, get_args(StandardEvent))),
        vocabularies="\n".join(
            _VOCABULARY.format(title=registry.NAMED[name].title, source=words.source, rows="\n".join(_rows(words)))
            for name, words in VOCABULARIES.items()
        ).rstrip(),
    )


def _fact(name: StandardEvent) -> str:
    cells = (_listed(words.events.get(name, ())) for words in VOCABULARIES.values())
    return f"| `{name}` | {MEANINGS[name]} | {' | '.join(cells)} |"


def _rows(words: Vocabulary) -> Iterable[str]:
    lists = f"{_listed(words.lists)}; the same in {_listed(words.carts)}"
    if words.product:
        lists += f"; of things with a `type` those with `{words.product}`"
    yield f"| `items` | {lists} |"
    one = ", ".join(f"`{name}`" for name in MEANINGS if name in OF_ONE_PRODUCT)
    yield f"| the product of {one} | such a list at the top, `product`, or the top itself; never a cart |"
    for field, names in words.item.items():
        yield f"| of a product `{field}` | {_listed(names)} |"
    yield f"| `value` | {_listed(words.value)} |"
    yield f"| `currency` | {_listed(words.currency)} |"


def _listed(words: Words) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    sys.stdout.write(reference())
