"""The steps that bring state.db to its present version; see `passerby.storage.migrations`."""
