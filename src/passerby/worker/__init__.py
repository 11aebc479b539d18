"""The worker: reads the log in batches and applies each in one transaction of the state.

- `repeats` — which messages were applied before
- `times` — the times that a message may claim
- `project` — one project's part of a batch, as a pure step
- `batch` — a whole batch: load, apply, write
- `process` — the loop around it
"""
