"""Order id of an event. It is unique within its sender (dialect) only.

Some senders report one order several times: the browser and the server, a thank-you page that is loaded again. The
names of the id are those of all dialects, because a server-side call often uses another vendor's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from passerby.commerce.vocabulary import fold

LONGEST: Final = 200
"""Characters of an order id; a longer value is ignored."""
_WORDS: Final = ("orderid", "ordernumber", "orderno", "transactionid", "purchaseid", "order")
_CARTS: Final = ("order", "cart")
_OWN_WORDS: Final = (*_WORDS, "id", "number")
"""Names in an object that is the order."""
_NOTHING: Final = frozenset({"", "0", "null", "none", "undefined", "nan"})
"""Values that clients send for an order without an id. As ids they would make one order of many."""


def order_id_of(properties: Mapping[str, Any]) -> str:
    """Return the order id in the properties of an event, or ""."""
    folded = {fold(name): value for name, value in properties.items()}
    nested = (folded.get(name) for name in _CARTS)
    found = [_first(folded, _WORDS)]
    found += [_first({fold(name): v for name, v in cart.items()}, _OWN_WORDS) for cart in nested if type(cart) is dict]
    return next(filter(None, found), "")


def _first(folded: Mapping[str, Any], words: tuple[str, ...]) -> str:
    for word in words:
        value = folded.get(word)
        if type(value) is int:
            value = str(value)
        if type(value) is str and len(value) <= LONGEST and (text := value.strip()).lower() not in _NOTHING:
            return text
    return ""
