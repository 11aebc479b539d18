"""Operational data, mostly rejected requests: kept for days, and not worth a durable write."""
