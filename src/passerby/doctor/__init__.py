"""Diagnostics of a data directory and its machine: findings, each with what to do about it."""
