"""Files on disk: which process uses a data directory."""
