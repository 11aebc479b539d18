"""The steps that bring control.db to its present version; see `passerby.storage.migrations`."""
