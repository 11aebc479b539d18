"""The steps that bring refused.db to its present version; see `passerby.storage.migrations`."""
