"""The progress of destinations: how far each has come, what waits for a retry, and what was given up."""
