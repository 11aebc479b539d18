"""The control plane in SQLite: one file for accounts, and two next to it for what is written more often."""
