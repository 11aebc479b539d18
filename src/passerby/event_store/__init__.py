"""The event store: a protocol, and its engines in folders of their own."""
