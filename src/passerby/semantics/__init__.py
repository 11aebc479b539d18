"""What events mean: the facts of a shop, told the same way whichever vendor's words they came in.

Pure. One module for each dialect holds its vocabulary, as tables:

- `vocabulary` — what such a table says, and the words that many of them share
- `crossengage`, `webengage`, `customerlabs`, `antsomi`, `segment` — the vendors' words
- `reading` — an event and a vocabulary to a `Semantic`
- `meaning` — the vocabulary of a dialect, and what an event of it means
- `reference` — all of it as a page, `docs/reference/semantics.md`
"""
