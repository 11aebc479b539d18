"""Antsomi's collector: one event a request, by POST or with everything in the query, by GET. An array of them is ours.

- `calls` — paths, keys, refusals
- `answers` — the four forms of an answer
- `fields` — reading a body, or a query that stands for one
- `identity` — whom an event is about
- `surroundings` — what is kept beside an event
- `events` — from fields to a message
"""

from passerby.dialects.antsomi.calls import match, name

__all__ = ["match", "name"]
