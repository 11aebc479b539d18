"""The steps that bring log.db to its present version; see `passerby.storage.migrations`."""
