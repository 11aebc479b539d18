"""Secrets of other services, encrypted with a key that is not stored with them."""
