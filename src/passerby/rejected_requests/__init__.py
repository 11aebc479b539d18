"""Rejected requests, kept for a day with the reason."""
