"""Starts the roles of one machine as processes, restarts and stops them."""
