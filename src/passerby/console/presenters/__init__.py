"""Presenters: texts and view data made of what the services return. Pure: no request, no clock, no engine.

- `template_filters` — the filters and globals that templates call
- `units` — times, ages, durations, sizes, numbers and amounts as text
- `values` — nested values as lines and tables, long texts shortened
- `identifiers` — labels of namespaces, and identifiers in order of significance
- `profiles` — display names, columns of the list of profiles, campaign and context
- `events` — standard events with their items, and a timeline split into visits
- `catalogue` — validation errors with advice, and annotations by subject
- `sources` — sources by dialect and by platform: keys and code snippets
- `components` — health checks grouped into components
- `errors` — rejected identity changes, with what to do about them
"""
