"""Passerby: a self-hosted customer data platform."""
