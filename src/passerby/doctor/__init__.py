"""Looks a data folder and its machine over, and says what to do about what it finds."""
