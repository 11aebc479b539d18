"""Delivery of the outbox to what consumes it, at least once and in order."""
