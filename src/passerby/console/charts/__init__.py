"""Drawings that the server makes: SVG out of numbers, with classes for the style sheet and not one style of its own.

- `bars` — how much of a whole something is
- `sparkline` — a value over time, inline
- `lanes` — where the merge graph's parts go
- `merge_graph` — the decisions about a profile as a graph
"""
