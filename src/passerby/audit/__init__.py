"""The audit log: who changed or looked at what."""
