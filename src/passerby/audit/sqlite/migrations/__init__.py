"""The steps that bring audit.db to its present version; see `passerby.storage.migrations`."""
