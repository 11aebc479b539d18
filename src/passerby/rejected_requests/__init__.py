"""Requests that were refused, kept for a day so that somebody can see what did not arrive, and why."""
