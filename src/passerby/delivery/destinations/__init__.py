"""Delivers items of the outbox to destinations: each destination is a reader with a position of its own."""
