"""Where destinations may send to, by the settings."""

from __future__ import annotations

from passerby.destinations.egress import Policy, parse_networks
from passerby.settings import DestinationSettings


def egress_policy(settings: DestinationSettings) -> Policy:
    """Return the rules of egress that the settings make."""
    ports = frozenset(int(port) for port in settings.allow_ports.split(",") if port.strip())
    return Policy(settings.allow_http, parse_networks(settings.allow_networks), ports)
