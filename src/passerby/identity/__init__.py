"""Who is who: the rules of identity, as pure functions.

A batch of messages and what the state knows of their identifiers give a list of decisions. There is no I/O, no clock
and no randomness here, so that all of it can be checked against a small model.

- `namespaces` — the kinds of identifier there are, and what each may do
- `cleaning` — from a message's identifiers to the evidence that counts
- `nothing` — the values that never name a person
- `ids` — the ids of profiles and merges, from those of messages
- `known` — what is known of the profiles that a batch touches
- `decisions` — what the resolver says
- `resolver` — the three rules
"""
