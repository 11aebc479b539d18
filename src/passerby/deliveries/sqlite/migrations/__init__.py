"""The steps that bring deliveries.db to its present version; see `passerby.storage.migrations`."""
