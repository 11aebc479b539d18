"""The worker: reads the log in batches and applies each in one transaction of the state.

How a message is processed, in the order of the modules:

- `loop` — reads batches from the log, retries, and moves messages that cannot be applied to the dead letters
- `batch` — applies a whole batch: load, apply per project, write
- `deduplicate` — drops messages whose deduplication key was seen within its window
- `project` — one project's part of a batch, without I/O: validate, resolve, fold
- `event_time` — validates the time that a message claims
- `change_records`, `time_series` — what a batch emits besides events: change records, and counts by minute
- `process`, `resume`, `metrics` — the worker as a process of the server
"""
