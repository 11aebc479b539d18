"""Standard events of a shop: the same facts for every dialect, whichever vendor's names an event came with.

Pure, and without a dialect's name: each dialect's folder holds its vendor's names as a `Vocabulary`.

- `vocabulary` — a vendor's names for events and their fields, and the field names that many vendors share
- `reading` — an event and a vocabulary to a `Semantic`
- `orders` — order ids
"""
