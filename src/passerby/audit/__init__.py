"""The audit log: records of changes and of access to personal data."""
