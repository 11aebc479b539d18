"""Identity resolution as pure functions: from messages and loaded state to a list of decisions.

There is no I/O, no clock and no randomness here, so that the rules can be checked against a small model.

- `namespaces` — kinds of identifiers, their strength and limits: the identity policy
- `cleaning` — normalises a message's identifiers and collects the evidence in them
- `placeholders` — values that clients send in place of a missing identifier
- `ids` — ids of profiles and merges, derived from those of messages
- `snapshot` — the loaded state of the profiles that a batch touches
- `decisions` — the resolver's output, as data
- `resolver` — the three rules
- `manual_merge` — the rules for merges that an administrator requests
- `preview` — resolves one message without storing the result
"""
