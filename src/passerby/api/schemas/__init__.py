"""Requests and responses of the management API: JSON structures with ISO 8601 times, made of the services' records."""
