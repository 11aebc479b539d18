"""Diagnostics of a data folder and its machine: findings, each with what to do about it."""
