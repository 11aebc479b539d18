"""Files on disk: which process uses a data folder."""
