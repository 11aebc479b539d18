"""The audit log in an SQLite file of its own."""
