"""Presenters: texts and view data made of what the services return. Pure: no request, no clock, no engine.

- `template_filters` — the filters and globals that templates call
- `units` — ages, durations and sizes as text
- `namespaces`, `profile_names` — labels of identifier types, and display names of profiles
- `validation_errors`, `errors` — validation errors and rejected changes, with what to do about them
- `timeline` — a timeline split into sessions, with the gaps between them
- `standard_events`, `summary`, `flat`, `columns` — standard events and item tables, the profile summary, nested values
  as lines, and the columns of the list of profiles
- `annotations` — annotations of the data catalog by subject
- `sources`, `platforms` — keys and code snippets of a source
- `components` — health checks grouped into components
"""
