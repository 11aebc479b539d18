"""Rejected requests in an SQLite file of their own."""
