"""Delivers the outbox to its sinks, at least once and in order."""
